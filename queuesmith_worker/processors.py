"""Powertools' batch processors, configured for the workers."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    ExceptionInfo,
    FailureResponse,
    SqsFifoPartialProcessor,
)

from queuesmith_worker.invocation import Invocation


def standard() -> BatchProcessor:
    """Create the processor for standard queues. If all records fail, each is reported, and the invocation succeeds."""
    return BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


class FifoProcessor(SqsFifoPartialProcessor):
    """Processor for FIFO queues. If a message fails, the rest of its message group is held back, so that the order is kept.

    Messages that are held back use up a receive attempt too. On its last receive attempt, a failed message therefore does not
    hold back the others. SQS moves it to the DLQ when it is next received, and the messages after it in the group are
    processed now. Otherwise they would go to the DLQ with it.
    """

    def __init__(self, invocation: Invocation[Any]) -> None:
        super().__init__(skip_group_on_error=True)
        self.raise_on_entire_batch_failure = False
        self._invocation = invocation

    def failure_handler(self, record: Any, exception: ExceptionInfo) -> FailureResponse:
        """Powertools calls this for records that failed and for records that are held back."""
        if exception is self.group_circuit_breaker_exc:
            self._invocation.hold_back(record)
        elif self._invocation.is_last_receive(record, exception[1]):
            return super(SqsFifoPartialProcessor, self).failure_handler(record, exception)
        return super().failure_handler(record, exception)

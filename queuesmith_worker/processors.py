"""Powertools' batch processors, as every worker uses them."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    ExceptionInfo,
    FailureResponse,
    SqsFifoPartialProcessor,
)

from queuesmith_worker.batch import Batch


def standard() -> BatchProcessor:
    """Each record alone. Where all fail, all are returned one by one, and the invocation is no error."""
    return BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


class FifoProcessor(SqsFifoPartialProcessor):
    """By group: after one that failed the rest of its group is held back, so that order is kept.

    Those held back spend receives with it. So on its last receive a failing message holds nobody back: it goes to the DLQ
    when it is next received, and what follows it in its group is worked now instead of going with it.
    """

    def __init__(self, batch: Batch[Any]) -> None:
        super().__init__(skip_group_on_error=True)
        self.raise_on_entire_batch_failure = False
        self._batch = batch

    def failure_handler(self, record: Any, exception: ExceptionInfo) -> FailureResponse:
        """Called for what failed and for what is held back."""
        if exception is self.group_circuit_breaker_exc:
            self._batch.hold_back(record)
        elif self._batch.is_last_receive(record, exception[1]):
            return super(SqsFifoPartialProcessor, self).failure_handler(record, exception)
        return super().failure_handler(record, exception)

"""Powertools' batch processors, as every worker uses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    ExceptionInfo,
    FailureResponse,
    SqsFifoPartialProcessor,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


def standard() -> BatchProcessor:
    """Each record alone. Where all fail, all are returned one by one, and the invocation is no error."""
    return BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


class FifoProcessor(SqsFifoPartialProcessor):
    """By group: after one that failed the rest of its group is held back, so that order is kept.

    Those held back spend receives with it. So on its last receive a failing message holds nobody back: it goes to the DLQ
    when it is next received, and what follows it in its group is worked now instead of going with it.
    """

    def __init__(self, held_back: Callable[[SQSRecord], None], is_last: Callable[[SQSRecord, Any], bool]) -> None:
        super().__init__(skip_group_on_error=True)
        self.raise_on_entire_batch_failure = False
        self._held_back, self._is_last = held_back, is_last

    def failure_handler(self, record: Any, exception: ExceptionInfo) -> FailureResponse:
        """Called for what failed and for what is held back."""
        if exception is self.group_circuit_breaker_exc:
            self._held_back(record)
        elif self._is_last(record, exception[1]):
            return super(SqsFifoPartialProcessor, self).failure_handler(record, exception)
        return super().failure_handler(record, exception)

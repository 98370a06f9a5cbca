"""Processes the records of one invocation, and records how each one ended."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from queuesmith_worker import dead_letters
from queuesmith_worker.backoff import Backoff
from queuesmith_worker.deadline import Deadline
from queuesmith_worker.event import message_group, receive_count
from queuesmith_worker.log import is_logged, log_safely, logger
from queuesmith_worker.message import Message, parse
from queuesmith_worker.outcomes import (
    BACKED_OFF,
    DUPLICATE,
    FAILED,
    HELD_BACK,
    NON_RETRYABLE,
    OUT_OF_TIME,
    PROCESSED,
    AlreadyDone,
    FailedError,
    NonRetryable,
    Outcome,
    OutOfTimeError,
    describe_error,
    ends_the_process,
    text_of,
)
from queuesmith_worker.settings import HandlerSettings
from queuesmith_worker.tracing import Trace

if TYPE_CHECKING:
    from queuesmith_worker.clients import Sqs

_LOG_LINES: dict[Outcome, tuple[int, Callable[..., None], str]] = {
    PROCESSED: (logging.INFO, logger.info, "message processed"),
    DUPLICATE: (logging.INFO, logger.info, "message already done"),
    NON_RETRYABLE: (logging.WARNING, logger.warning, "message sent to the DLQ"),
    FAILED: (logging.WARNING, logger.warning, "message failed"),
}
"""The log line of a record, by its outcome: level, logging function and text."""


class RecordResult(NamedTuple):
    """How one record ended."""

    outcome: Outcome
    details: dict[str, Any] = {}  # noqa: RUF012 - never changed
    """Keys of its log line."""


PROCESSED_RESULT = RecordResult(PROCESSED)
OUT_OF_TIME_RESULT = RecordResult(OUT_OF_TIME)
HELD_BACK_RESULT = RecordResult(HELD_BACK)


class Invocation(Generic[Message]):
    """The state of one invocation: the record in progress, the time left, and how the records before it ended.

    Parameters
    ----------
    message
        The class that message bodies are parsed into.
    handle
        The worker's function.
    settings
        The worker's settings.
    sqs
        Sends requests to SQS. None: the settings name no queue, so there are no requests.
    clock
        Returns seconds from a monotonic clock.
    remaining
        Seconds until the invocation times out.
    trace
        Creates a segment for each record. None: no tracing.

    """

    __slots__ = (
        "_backoff", "_clock", "_deadline", "_handle", "_logged_outcomes", "_message", "_now", "_out_of_time_groups",
        "_settings", "_sqs", "_trace", "counts", "notes", "record",
    )  # fmt: skip

    def __init__(
        self,
        message: type[Message],
        handle: Callable[[Message], None],
        settings: HandlerSettings,
        sqs: Sqs | None,
        *,
        clock: Callable[[], float],
        remaining: float,
        trace: Trace | None,
    ) -> None:
        self._message, self._handle, self._settings, self._sqs = message, handle, settings, sqs
        self._clock, self._trace = clock, trace
        self.record: SQSRecord | None = None
        self.notes: dict[str, Any] = {}
        self.counts: Counter[str] = Counter()
        """Deliveries by outcome. The keys are names of metrics."""
        self._out_of_time_groups: set[str | None] = set()
        self._logged_outcomes = {outcome for outcome, (level, *_) in _LOG_LINES.items() if is_logged(level)}
        self._now = clock()  # each record begins when the one before it ends
        self._deadline = Deadline(self._now, remaining, settings.worker_time_floor)
        self._backoff = Backoff(settings, sqs, clock, self._now, remaining)

    def process(self, record: SQSRecord) -> None:
        """Process one record. Powertools calls this, and returns the message to the queue if it raises.

        Raises OutOfTimeError if too little time is left, and FailedError if the record failed. Exceptions that are meant for
        the process, such as SystemExit, are passed on and fail the whole batch.
        """
        begin, deadline = self._now, self._deadline
        if begin > deadline.latest:
            self._out_of_time_groups.add(message_group(record))
            self.end(record, OUT_OF_TIME_RESULT)
            raise OutOfTimeError
        self.record = record
        try:
            result = self._attempt(record) if self._trace is None else self._attempt_traced(record, self._trace)
            self._now = self._clock()
            seconds = self._now - begin
            deadline.add(seconds)
            self.end(record, result)
            if result.outcome in self._logged_outcomes:
                _, log, text = _LOG_LINES[result.outcome]
                log_safely(log, text, duration_ms=round(seconds * 1000, 1), **result.details)
        finally:
            self.record = None
            if self.notes:
                self.notes = {}
        if result.outcome == FAILED:
            raise FailedError(result.details["reason"])

    def _attempt(self, record: SQSRecord) -> RecordResult:
        try:
            self._handle(parse(self._message, record.raw_event["body"]))
        except AlreadyDone as done:
            return RecordResult(DUPLICATE, {"reason": text_of(done, "its text is not available")})
        except NonRetryable as error:
            return self._send_to_dlq(record, error)
        except BaseException as error:
            if ends_the_process(error):
                raise
            return self._fail(record, error, describe_error(error))
        return PROCESSED_RESULT

    def _attempt_traced(self, record: SQSRecord, trace: Trace) -> RecordResult:
        with trace.record(record.raw_event["messageId"]) as set_outcome:
            result = self._attempt(record)
            set_outcome(result.outcome)
            return result

    def _send_to_dlq(self, record: SQSRecord, error: NonRetryable) -> RecordResult:
        """Send a copy to the DLQ. If there is no DLQ, or it refuses the copy, the message fails like any other."""
        url, reason = self._settings.worker_dead_letter_queue_url, describe_error(error)
        if url is None or self._sqs is None:
            return self._fail(record, error, reason)
        try:
            request, has_reason = dead_letters.copy_request(record, reason, url, self._settings.worker_max_message_size)
            copy_id = dead_letters.send(self._sqs, request)
        except Exception as refusal:
            return self._fail(record, error, f"{reason}. The copy could not be sent to the DLQ: {describe_error(refusal)}")
        return RecordResult(NON_RETRYABLE, {"reason": reason, "reason_in_copy": has_reason, "copy_id": copy_id})

    def _fail(self, record: SQSRecord, error: BaseException, reason: str) -> RecordResult:
        details: dict[str, Any] = {"reason": reason, "exc_info": None if isinstance(error, NonRetryable) else error}
        seconds = self._backoff.delay_retry(record)
        if seconds is not None:
            self.counts[BACKED_OFF] += 1
            details["retry_after"] = seconds
        return RecordResult(FAILED, details)

    def end(self, record: SQSRecord, result: RecordResult) -> None:  # noqa: ARG002 - queuesmith_worker.testing reads it
        """Count how a record ended. Each record ends exactly once."""
        self.counts[result.outcome] += 1

    def hold_back(self, record: SQSRecord) -> None:
        """Count a record that is not tried, because an earlier record of its message group failed or was not tried."""
        if message_group(record) in self._out_of_time_groups:
            self.end(record, OUT_OF_TIME_RESULT)
            return
        self.end(record, HELD_BACK_RESULT)
        self.counts[BACKED_OFF] += self._backoff.delay_with_group(record)

    def is_last_receive(self, record: SQSRecord, error: object) -> bool:
        """Whether the queue will move the message to its DLQ instead of delivering it again."""
        limit = self._settings.worker_max_receive_count
        return limit is not None and receive_count(record.raw_event) >= limit and not isinstance(error, OutOfTimeError)

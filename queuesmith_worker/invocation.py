"""Processes the records of one invocation, and records how each one ended."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, Generic, NamedTuple

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from queuesmith_worker import dead_letters
from queuesmith_worker.deadline import Deadline
from queuesmith_worker.error_text import reason_of, text_of
from queuesmith_worker.event import group_of, receive_count
from queuesmith_worker.log import is_written, logger, say
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
    ends_the_process,
)
from queuesmith_worker.settings import HandlerSettings
from queuesmith_worker.sqs import Sqs
from queuesmith_worker.tracing import Trace
from queuesmith_worker.visibility import Visibility

_LINES: dict[Outcome, tuple[int, Callable[..., None], str]] = {
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


class Invocation(Generic[Message]):
    """The state of one invocation: the record in progress, the time left, and how the records before it ended.

    Parameters
    ----------
    message
        The class that message bodies are parsed into.
    handle
        The worker's function.
    clock
        Returns seconds from a monotonic clock.
    remaining
        Seconds until the invocation times out.
    trace
        Creates a segment for each record. None: no tracing.

    """

    __slots__ = (
        "_clock", "_deadline", "_handle", "_late_groups", "_message", "_now", "_settings", "_sqs", "_trace", "_visibility",
        "_written", "counts", "notes", "record",
    )  # fmt: skip

    def __init__(
        self,
        message: type[Message],
        handle: Callable[[Message], None],
        settings: HandlerSettings,
        sqs: Sqs,
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
        self._late_groups: set[str | None] = set()
        self._written = {outcome for outcome, (level, *_) in _LINES.items() if is_written(level)}
        self._now = clock()  # each record begins when the one before it ends
        self._deadline = Deadline.of(self._now, remaining, settings.worker_time_floor)
        self._visibility = Visibility(settings, sqs, clock, self._now, remaining)

    def process(self, record: SQSRecord) -> None:
        """Process one record. Powertools calls this, and returns the message to the queue if it raises.

        Raises OutOfTimeError if too little time is left, and FailedError if the record failed. Exceptions that are meant for
        the process, such as SystemExit, are passed on and fail the whole batch.
        """
        begin, deadline = self._now, self._deadline
        if begin > deadline.latest:
            self.counts[OUT_OF_TIME] += 1
            self._late_groups.add(group_of(record))
            raise OutOfTimeError
        self.record = record
        try:
            result = self._attempt(record) if self._trace is None else self._traced(record, self._trace)
            self._now = self._clock()
            seconds = self._now - begin
            deadline.add(seconds)
            self.counts[result.outcome] += 1
            if result.outcome in self._written:
                _, log, text = _LINES[result.outcome]
                say(log, text, duration_ms=round(seconds * 1000, 1), **result.details)
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
            return self._fail(record, error, reason_of(error))
        return PROCESSED_RESULT

    def _traced(self, record: SQSRecord, trace: Trace) -> RecordResult:
        with trace.record(record.raw_event["messageId"]) as set_outcome:
            result = self._attempt(record)
            set_outcome(result.outcome)
            return result

    def _send_to_dlq(self, record: SQSRecord, error: NonRetryable) -> RecordResult:
        """Send a copy to the DLQ. If there is no DLQ, or it refuses the copy, the message fails like any other."""
        url, reason = self._settings.worker_dead_letter_queue_url, reason_of(error)
        if url is None:
            return self._fail(record, error, reason)
        try:
            request, has_reason = dead_letters.copy_of(record, reason, url, self._settings.worker_max_message_size)
            copy_id = dead_letters.send(self._sqs, request)
        except Exception as refused:
            return self._fail(record, error, f"{reason}. The copy could not be sent to the DLQ: {reason_of(refused)}")
        return RecordResult(NON_RETRYABLE, {"reason": reason, "reason_kept": has_reason, "copy_id": copy_id})

    def _fail(self, record: SQSRecord, error: BaseException, reason: str) -> RecordResult:
        details: dict[str, Any] = {"reason": reason, "exc_info": None if isinstance(error, NonRetryable) else error}
        seconds = self._visibility.back_off(record)
        if seconds is not None:
            self.counts[BACKED_OFF] += 1
            details["retry_after"] = seconds
        return RecordResult(FAILED, details)

    def hold_back(self, record: SQSRecord) -> None:
        """Count a record that is not tried, because an earlier record of its message group failed or was not tried."""
        if group_of(record) in self._late_groups:
            self.counts[OUT_OF_TIME] += 1
            return
        self.counts[HELD_BACK] += 1
        self.counts[BACKED_OFF] += self._visibility.follow(record)

    def is_last_receive(self, record: SQSRecord, error: object) -> bool:
        """Whether the queue will move the message to its DLQ instead of delivering it again."""
        most = self._settings.worker_max_receive_count
        return most is not None and receive_count(record) >= most and not isinstance(error, OutOfTimeError)

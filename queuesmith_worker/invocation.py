"""One invocation: works the records of one batch, and says of each how it ended."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from queuesmith_worker import dead_letters
from queuesmith_worker.deadline import Deadline
from queuesmith_worker.event import group_of, receive_count
from queuesmith_worker.log import current, is_written, logger, say
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
from queuesmith_worker.texts import reason_of, text_of
from queuesmith_worker.visibility import Visibility

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from queuesmith_worker.settings import Settings
    from queuesmith_worker.tracing import Trace

_LINES: dict[Outcome, tuple[int, Callable[..., None], str]] = {
    PROCESSED: (logging.INFO, logger.info, "message processed"),
    DUPLICATE: (logging.INFO, logger.info, "message was done before"),
    NON_RETRYABLE: (logging.WARNING, logger.warning, "message sent to the DLQ"),
    FAILED: (logging.WARNING, logger.warning, "message failed"),
}
"""The one line of a record, by its outcome: level, how it is written, and text."""


class End(NamedTuple):
    """How one record ended."""

    outcome: Outcome
    said: dict[str, Any] = {}  # noqa: RUF012 - never changed


DONE = End(PROCESSED)


class Invocation:
    """What there is for one batch and no longer: its deadline, its backoff, its counts.

    `do` is the work on one body; `sqs` makes the client when it is needed first; `remaining` is in seconds.
    """

    __slots__ = (
        "_clock", "_deadline", "_do", "_late_groups", "_now", "_settings", "_sqs", "_trace", "_visibility", "_written", "counts"
    )  # fmt: skip

    def __init__(
        self,
        do: Callable[[str], None],
        settings: Settings,
        sqs: Callable[[], SQSClient],
        *,
        clock: Callable[[], float],
        remaining: float,
        trace: Trace | None,
    ) -> None:
        self._do, self._settings, self._sqs, self._clock, self._trace = do, settings, sqs, clock, trace
        self.counts: Counter[str] = Counter()
        """Deliveries by how they ended."""
        self._late_groups: set[str | None] = set()
        self._written = {outcome for outcome, (level, *_) in _LINES.items() if is_written(level)}
        self._now = clock()  # a record begins when the one before it has ended
        self._deadline = Deadline.of(self._now, remaining, settings.worker_time_floor)
        self._visibility = Visibility(settings, sqs, clock, self._now, remaining)

    def work(self, record: SQSRecord) -> None:
        """One record, for Powertools: where this raises, the message comes back."""
        begin, deadline = self._now, self._deadline
        if begin > deadline.latest:
            self.counts[OUT_OF_TIME] += 1
            self._late_groups.add(group_of(record))
            raise OutOfTimeError
        current.record = record
        try:
            end = self._attempt(record) if self._trace is None else self._traced(record, self._trace)
            self._now = self._clock()
            seconds = self._now - begin
            deadline.took(seconds)
            self.counts[end.outcome] += 1
            if end.outcome in self._written:
                _, log, text = _LINES[end.outcome]
                say(log, text, duration_ms=round(seconds * 1000, 1), **end.said)
        finally:
            current.end()
        if end.outcome == FAILED:
            raise FailedError(end.said["reason"])

    def _attempt(self, record: SQSRecord) -> End:
        try:
            self._do(record.raw_event["body"])
        except AlreadyDone as done:
            return End(DUPLICATE, {"reason": text_of(done, "it has no text")})
        except NonRetryable as error:
            return self._give_up(record, error)
        except BaseException as error:
            if ends_the_process(error):
                raise
            return self._fail(record, error, reason_of(error))
        return DONE

    def _traced(self, record: SQSRecord, trace: Trace) -> End:
        with trace.record(record.raw_event["messageId"]) as ended:
            end = self._attempt(record)
            ended(end.outcome)
            return end

    def _give_up(self, record: SQSRecord, error: NonRetryable) -> End:
        """Send a copy to the DLQ. Where there is none, or it is not taken, the message fails like any other."""
        url, reason = self._settings.worker_dead_letter_queue_url, reason_of(error)
        if url is None:
            return self._fail(record, error, reason)
        try:
            request, has_reason = dead_letters.copy_of(record, reason, url, self._settings.worker_max_message_size)
            copy_id = dead_letters.send(self._sqs(), request)
        except Exception as refused:
            return self._fail(record, error, f"{reason}; and it could not be sent to the DLQ: {reason_of(refused)}")
        return End(NON_RETRYABLE, {"reason": reason, "reason_kept": has_reason, "copy_id": copy_id})

    def _fail(self, record: SQSRecord, error: BaseException, reason: str) -> End:
        said: dict[str, Any] = {"reason": reason, "exc_info": None if isinstance(error, NonRetryable) else error}
        seconds = self._visibility.back_off(record)
        if seconds is not None:
            self.counts[BACKED_OFF] += 1
            said["retry_after"] = seconds
        return End(FAILED, said)

    def hold_back(self, record: SQSRecord) -> None:
        """A record that is not tried, because one before it in its group failed or was not tried."""
        if group_of(record) in self._late_groups:
            self.counts[OUT_OF_TIME] += 1
            return
        self.counts[HELD_BACK] += 1
        self.counts[BACKED_OFF] += self._visibility.follow(record)

    def is_last(self, record: SQSRecord, error: object) -> bool:
        """Whether the queue will move a message to its DLQ instead of handing it out again."""
        most = self._settings.worker_max_receive_count
        return most is not None and receive_count(record) >= most and not isinstance(error, OutOfTimeError)

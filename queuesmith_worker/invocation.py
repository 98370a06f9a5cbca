"""Processes the records of one invocation, and records how each one ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from queuesmith_worker import dead_letters
from queuesmith_worker.backoff import Backoff
from queuesmith_worker.deadline import Deadline
from queuesmith_worker.event import Record, message_group, receive_count
from queuesmith_worker.formatting import Lane
from queuesmith_worker.log import is_logged, log_safely, logger
from queuesmith_worker.outcomes import (
    DELETED,
    DUPLICATE,
    FAILED,
    HELD_BACK,
    NON_RETRYABLE,
    PAUSED,
    RETRY_LATER,
    AlreadyDone,
    CircuitOpen,
    NonRetryable,
    Outcome,
    RetryLater,
    describe_error,
    ends_the_process,
    text_of,
)
from queuesmith_worker.results import (
    HELD_BACK_RESULT,
    LOG_LINES,
    OUT_OF_TIME_RESULT,
    PAUSED_RESULT,
    PROCESSED_RESULT,
    RETRY_AFTER,
    UNFINISHED_RESULT,
    RecordResult,
)
from queuesmith_worker.settings import HandlerSettings
from queuesmith_worker.tracing import Trace

if TYPE_CHECKING:
    from queuesmith_worker.clients import Sqs


class Invocation:
    """The state of one invocation: the time left, and how its records ended. Several threads can use it simultaneously.

    Parameters
    ----------
    work
        Parses a record and calls the worker's function.
    settings
        The worker's settings.
    sqs
        Sends requests to SQS. None: the settings name no queue, so there are no requests.
    is_fifo
        Whether the records come from a FIFO queue.
    clock
        Returns seconds from a monotonic clock.
    remaining
        Seconds until the invocation times out.
    trace
        Creates a segment for each record. None: no tracing.

    """

    def __init__(
        self,
        work: Callable[[Record, Invocation], None],
        settings: HandlerSettings,
        sqs: Sqs | None,
        *,
        is_fifo: bool,
        clock: Callable[[], float],
        remaining: float,
        trace: Trace | None,
    ) -> None:
        self._work, self._settings, self._sqs, self._is_fifo = work, settings, sqs, is_fifo
        self._clock, self.trace = clock, trace
        self.is_closed = False
        """Whether the response is decided. Threads that are still in progress can no longer change it."""
        self._is_paused = False
        """Whether a circuit breaker is open, so that no further record begins."""
        self._results: list[RecordResult] = []
        self._ended: dict[int, RecordResult] = {}
        """How records ended, by their identity: an event can have two deliveries of one message."""
        self._lanes: list[Lane] = []
        self.queue_waits: list[int] = []
        """Milliseconds from when a message was sent until it was first processed."""
        self._blocked_groups: dict[str | None, RecordResult] = {}
        """Message groups of which a record returns to the queue, and how the records after it end."""
        self._logged_outcomes = {outcome for outcome, (level, *_) in LOG_LINES.items() if is_logged(level)}
        now = clock()
        self._timeout = now + remaining
        self._wall_clock = time.time() - now
        """What must be added to a time of the clock, so that it is a time since the epoch."""
        self._deadline = Deadline(now, remaining, settings.worker_time_floor)
        self._backoff = Backoff(settings, sqs, clock, now, remaining)

    def seconds_left(self) -> float:
        """Return the seconds until the invocation times out."""
        return self._timeout - self._clock()

    def lane(self) -> Lane:
        """Return a new lane that begins now."""
        lane = Lane(self._clock())
        self._lanes.append(lane)
        return lane

    def process(self, record: Record, lane: Lane) -> None:
        """Process one record, if there is time and its message group is not held back.

        Exceptions that are meant for the process, such as SystemExit, are passed on and fail the whole batch.
        """
        if self._is_paused:
            return
        if self._is_fifo and (blocked := self._blocked_groups.get(message_group(record))) is not None:
            self._hold_back(record, blocked)
            return
        begin, deadline = lane.now, self._deadline
        if begin > deadline.latest:
            if self._is_fifo:
                self._blocked_groups[message_group(record)] = OUT_OF_TIME_RESULT
            self._end(record, OUT_OF_TIME_RESULT)
            return
        lane.record = record
        waited = self._queue_wait(record, begin)
        try:
            result = self._attempt(record) if self.trace is None else self._attempt_traced(record, self.trace)
            lane.now = self._clock()
            seconds = lane.now - begin
            if seconds > deadline.slowest:
                deadline.add(seconds)
            if self._is_fifo and result.outcome not in DELETED and not self._is_last_receive(record):
                self._blocked_groups[message_group(record)] = HELD_BACK_RESULT
            if not self._end(record, result):
                log_safely(logger.warning, "message finished after it was returned to the queue", outcome=result.outcome)
            elif result.outcome in self._logged_outcomes:
                _, log, text = LOG_LINES[result.outcome]
                log_safely(log, text, duration_ms=round(seconds * 1000, 1), queue_wait_ms=waited, **result.details)
        finally:
            lane.record = None
            if lane.notes:
                lane.notes = {}

    def return_paused(self, records: Iterable[Record]) -> None:
        """If a circuit breaker is open, make the records that have not begun invisible for a while."""
        if self._is_paused and not self.is_closed:
            rest = [record for record in records if id(record) not in self._ended]
            for record, seconds in zip(rest, self._backoff.pause_all(rest), strict=True):
                self._end(record, PAUSED_RESULT if seconds is None else RecordResult(PAUSED, {RETRY_AFTER: seconds}))

    def close(self, records: Iterable[Record]) -> list[RecordResult]:
        """Decide the response, and return how each record ended. Threads that are still in progress can no longer change it."""
        if not self.is_closed:
            in_progress = {id(lane.record) for lane in self._lanes}
            ended = self._ended.copy()
            self.is_closed = True
            not_begun = PAUSED_RESULT if self._is_paused else OUT_OF_TIME_RESULT
            self._results = [
                ended.get(id(record)) or (UNFINISHED_RESULT if id(record) in in_progress else not_begun) for record in records
            ]
        return self._results

    def _queue_wait(self, record: Record, begin: float) -> int | None:
        """Return how many milliseconds ago the message was sent. None if the record does not have the time."""
        try:
            attributes = record["attributes"]
            waited = int((begin + self._wall_clock) * 1000) - int(attributes["SentTimestamp"])
            if waited < 0:  # noqa: PLR1730 - the clocks differ. max() takes longer, for each record
                waited = 0
            if attributes["ApproximateReceiveCount"] == "1":  # the delays of retries are not time in the queue
                self.queue_waits.append(waited)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        return waited

    def _end(self, record: Record, result: RecordResult) -> bool:
        """Record how a record ended. Returns False if that comes too late to change the response."""
        if self.is_closed:
            return False
        self._ended[id(record)] = result
        return True

    def _hold_back(self, record: Record, result: RecordResult) -> None:
        """End a record that is not tried, because an earlier record of its message group failed or was not tried."""
        seconds = self._backoff.delay_with_group(record) if result.outcome == HELD_BACK else None
        self._end(record, result if seconds is None else RecordResult(HELD_BACK, {RETRY_AFTER: seconds}))

    def _is_last_receive(self, record: Record) -> bool:
        """Whether the queue will move the message to its DLQ instead of delivering it again.

        Messages that are held back use up a receive attempt too. On its last receive attempt, a failed message therefore does
        not hold back the others. SQS moves it to the DLQ when it is next received, and the messages after it in the group are
        processed now. Otherwise they would go to the DLQ with it.
        """
        limit = self._settings.worker_max_receive_count
        return limit is not None and receive_count(record) >= limit

    def _attempt(self, record: Record) -> RecordResult:
        try:
            self._work(record, self)
        except AlreadyDone as done:
            return RecordResult(DUPLICATE, {"reason": text_of(done, "its text is not available")})
        except NonRetryable as error:
            return self._send_to_dlq(record, error)
        except CircuitOpen as circuit:
            self._is_paused = True
            seconds = self._backoff.pause(receive_count(record))
            return self._return(record, PAUSED, {"reason": text_of(circuit, "its text is not available")}, seconds)
        except RetryLater as later:
            details = {"reason": text_of(later, "its text is not available")}
            return self._return(record, RETRY_LATER, details, later.seconds)
        except BaseException as error:
            if ends_the_process(error):
                raise
            return self._return(record, FAILED, {"reason": describe_error(error), "exc_info": error})
        return PROCESSED_RESULT

    def _attempt_traced(self, record: Record, trace: Trace) -> RecordResult:
        with trace.record(record["messageId"]) as set_outcome:
            result = self._attempt(record)
            set_outcome(result.outcome)
            return result

    def _send_to_dlq(self, record: Record, error: NonRetryable) -> RecordResult:
        """Send a copy to the DLQ. If there is no DLQ, or it refuses the copy, the message fails like any other."""
        url, reason = self._settings.worker_dead_letter_queue_url, describe_error(error)
        if url is None or self._sqs is None or self.is_closed:
            return self._return(record, FAILED, {"reason": reason})
        try:
            request, has_reason = dead_letters.copy_request(record, reason, url, self._settings.worker_max_message_size)
            copy_id = dead_letters.send(self._sqs, request)
        except Exception as refusal:
            problem = f"{reason}. The copy could not be sent to the DLQ: {describe_error(refusal)}"
            return self._return(record, FAILED, {"reason": problem})
        return RecordResult(NON_RETRYABLE, {"reason": reason, "reason_in_copy": has_reason, "copy_id": copy_id})

    def _return(self, record: Record, outcome: Outcome, details: dict[str, Any], seconds: float | None = None) -> RecordResult:
        """Return a message to the queue, after a number of seconds. Default: after a random delay, if there is a backoff."""
        delay = None if self.is_closed else self._backoff.delay_retry(record, seconds)
        return RecordResult(outcome, details if delay is None else {**details, RETRY_AFTER: delay})

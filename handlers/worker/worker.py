"""Works one batch of messages off, and says of each how it ended."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.worker import dead_letters, processors
from handlers.worker.deadline import Deadline
from handlers.worker.event import group_of, is_fifo, nearest_to_the_dlq_first, receive_count, records_of
from handlers.worker.log import current, is_written, logger
from handlers.worker.message import Message, parse
from handlers.worker.outcomes import (
    BACKED_OFF,
    DUPLICATE,
    FAILED,
    HELD_BACK,
    NON_RETRYABLE,
    OUT_OF_TIME,
    PROCESSED,
    AlreadyDone,
    BatchError,
    FailedError,
    NonRetryable,
    Outcome,
    OutOfTimeError,
)
from handlers.worker.settings import Settings
from handlers.worker.visibility import Visibility

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class End(NamedTuple):
    """How one record ended."""

    outcome: Outcome
    said: dict[str, Any] = {}  # noqa: RUF012 - never changed


DONE = End(PROCESSED)


class Worker(Generic[Message]):
    """Calls `handle` with each message of a batch, as `message` has it, and returns what Lambda wants to hear.

    `sqs` is a client of boto3 for those who have one; otherwise one is made when it is needed.
    """

    def __init__(
        self,
        message: type[Message],
        handle: Callable[[Message], None],
        settings: Settings,
        *,
        sqs: SQSClient | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._message, self._handle, self._settings, self._clock = message, handle, settings, clock
        self._given_sqs = sqs
        self._metrics = Metrics(namespace=settings.powertools_metrics_namespace)
        self._standard = processors.standard()
        self._fifo = processors.FifoProcessor(self._hold_back, self._is_last)
        self._trace = _trace() if settings.worker_tracing else None
        run: Callable[..., Any] = logger.inject_lambda_context(self._run, clear_state=True)
        self._call = self._trace.handler(run) if self._trace else run

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """What Lambda calls. The ids of the messages that come back (ReportBatchItemFailures).

        Raises EventError where the event is not a batch of SQS messages.
        """
        response: dict[str, Any] = self._call(event, context)
        return response

    def _run(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        self._counts: Counter[str] = Counter()
        self._late_groups: set[str | None] = set()
        self._written = {outcome for outcome, (level, *_) in _SAID.items() if is_written(level)}
        remaining = context.get_remaining_time_in_millis() / 1000
        self._now = self._clock()  # a record begins when the one before it has ended
        self._deadline = Deadline.of(self._now, remaining, self._settings.worker_time_floor)
        self._visibility = Visibility(self._settings, lambda: self._sqs)
        records = records_of(event)
        try:
            fifo = is_fifo(records)
            batch = {"Records": records if fifo else nearest_to_the_dlq_first(records)}
            processor = self._fifo if fifo else self._standard
            failures = process_partial_response(batch, self._work, processor)["batchItemFailures"]
        finally:
            current.end()
            self._count()
        if failures and not self._settings.worker_partial_batch_responses:
            raise BatchError(f"{len(failures)} of {len(records)} messages failed; all come back")
        return {"batchItemFailures": failures}

    def _work(self, record: SQSRecord) -> None:
        """One record, for Powertools: where this raises, the message comes back."""
        begin, deadline = self._now, self._deadline
        if begin > deadline.latest:
            self._counts[OUT_OF_TIME] += 1
            self._late_groups.add(group_of(record))
            raise OutOfTimeError
        current.record = record
        try:
            end = self._attempt(record) if self._trace is None else self._traced(record)
            self._now = self._clock()
            seconds = self._now - begin
            if seconds > deadline.slowest:
                deadline.took(seconds)
            self._counts[end.outcome] += 1
            if end.outcome in self._written:
                _say(end, seconds)
        finally:
            current.end()
        if end.outcome == FAILED:
            raise FailedError(end.said["reason"])

    def _attempt(self, record: SQSRecord) -> End:
        try:
            self._handle(parse(self._message, record.raw_event["body"]))
        except AlreadyDone as done:
            return End(DUPLICATE, {"reason": _text(done)})
        except NonRetryable as error:
            return self._give_up(record, error)
        except Exception as error:
            return self._fail(record, error, _reason(error))
        return DONE

    def _traced(self, record: SQSRecord) -> End:
        assert self._trace is not None  # noqa: S101 - asked by the one caller
        with self._trace.record(record.raw_event["messageId"]) as ended:
            end = self._attempt(record)
            ended(end.outcome)
            return end

    def _give_up(self, record: SQSRecord, error: NonRetryable) -> End:
        """Send a copy to the DLQ. Where there is none, or it is not taken, the message fails like any other."""
        url, reason = self._settings.worker_dead_letter_queue_url, _reason(error)
        if url is None:
            return self._fail(record, error, reason)
        try:
            request, has_reason = dead_letters.copy_of(record, reason, url)
            copy_id = dead_letters.send(self._sqs, request)
        except Exception as refused:
            return self._fail(record, error, f"{reason}; and it could not be sent to the DLQ: {_reason(refused)}")
        return End(NON_RETRYABLE, {"reason": reason, "reason_kept": has_reason, "copy_id": copy_id})

    def _fail(self, record: SQSRecord, error: Exception, reason: str) -> End:
        said: dict[str, Any] = {"reason": reason, "exc_info": None if isinstance(error, NonRetryable) else error}
        seconds = self._visibility.back_off(record)
        if seconds is not None:
            self._counts[BACKED_OFF] += 1
            said["retry_after"] = seconds
        return End(FAILED, said)

    def _hold_back(self, record: SQSRecord) -> None:
        if group_of(record) in self._late_groups:
            self._counts[OUT_OF_TIME] += 1
            return
        self._counts[HELD_BACK] += 1
        self._counts[BACKED_OFF] += self._visibility.follow(record)

    def _is_last(self, record: SQSRecord, error: object) -> bool:
        """Whether the queue will move a message to its DLQ instead of handing it out again."""
        most = self._settings.worker_max_receive_count
        return most is not None and receive_count(record) >= most and not isinstance(error, OutOfTimeError)

    def _count(self) -> None:
        out_of_time, held_back = self._counts[OUT_OF_TIME], self._counts[HELD_BACK]
        if out_of_time or held_back:
            logger.warning("messages handed back untried", out_of_time=out_of_time, held_back=held_back)
        for name, count in self._counts.items():
            if count:
                self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
        if any(self._counts.values()):
            self._metrics.flush_metrics()

    @cached_property
    def _sqs(self) -> SQSClient:
        if self._given_sqs is not None:
            return self._given_sqs
        from handlers.worker.clients import make_sqs

        return make_sqs()


def _trace() -> Any:
    from handlers.worker.tracing import Trace

    return Trace()


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {_text(error)}"


def _text(error: Exception) -> str:
    try:
        return str(error)
    except Exception:
        return "it has no text"


_SAID = {
    PROCESSED: (logging.INFO, logger.info, "message processed"),
    DUPLICATE: (logging.INFO, logger.info, "message was done before"),
    NON_RETRYABLE: (logging.WARNING, logger.warning, "message sent to the DLQ"),
    FAILED: (logging.WARNING, logger.warning, "message failed"),
}


def _say(end: End, seconds: float) -> None:
    """The one line of a record."""
    _, log, text = _SAID[end.outcome]
    log(text, duration_ms=round(seconds * 1000, 1), **end.said)

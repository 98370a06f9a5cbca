"""The Lambda handler of a worker, created once, when the function starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    ExceptionInfo,
    FailureResponse,
    SqsFifoPartialProcessor,
    process_partial_response,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from queuesmith_worker import deadline
from queuesmith_worker.event import by_receive_count_descending, is_fifo, records_of
from queuesmith_worker.invocation import Invocation
from queuesmith_worker.log import log_context, log_safely, logger
from queuesmith_worker.message import Message
from queuesmith_worker.outcomes import HELD_BACK, OUT_OF_TIME, BatchError, describe_error
from queuesmith_worker.settings import HandlerSettings
from queuesmith_worker.tracing import Trace

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from queuesmith_worker.clients import Sqs


class Worker(Generic[Message]):
    """Calls the worker's function with each message of a batch, and returns the partial batch response for Lambda.

    Parameters
    ----------
    message
        The class that message bodies are parsed into.
    handle
        The worker's function. It is called with one message. If it returns, the message is deleted. If it raises AlreadyDone,
        the message is deleted and counted as a duplicate. If it raises NonRetryable, the message can go to the DLQ
        immediately. If it raises anything else, the message returns to the queue.
    settings
        The worker's settings, from `HandlerSettings.from_environment()`.
    sqs
        A boto3 client. Default: a new client, created when a message first needs it.

    Example
    -------
        class Mail(BaseModel):
            to: str

        def handle_mail(mail: Mail) -> None:
            send(mail)

        lambda_handler = Worker(Mail, handle_mail, HandlerSettings.from_environment())

    """

    def __init__(
        self,
        message: type[Message],
        handle: Callable[[Message], None],
        settings: HandlerSettings,
        *,
        sqs: SQSClient | None = None,
    ) -> None:
        self._message, self._handle, self._settings = message, handle, settings
        self._sqs: Sqs | None = None
        if settings.worker_queue_url or settings.worker_dead_letter_queue_url:
            from queuesmith_worker.clients import Sqs  # loads boto3 now, so that no message waits for it

            self._sqs = Sqs(sqs)
        self._metrics = Metrics(namespace=settings.powertools_metrics_namespace)
        # if all records fail, each is reported, and the invocation succeeds
        self._standard_processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        self._trace = Trace() if settings.worker_tracing else None
        run: Callable[..., Any] = logger.inject_lambda_context(self._run, clear_state=True)
        self._call = self._trace.handler(run) if self._trace else run

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Process a batch of SQS messages. Lambda calls this.

        Parameters
        ----------
        event
            The event with the messages.
        context
            Lambda's context object. It has the time that is left.

        Returns
        -------
        dict
            The partial batch response: the ids of the failed messages (ReportBatchItemFailures).

        Raises
        ------
        EventError
            If the event is not a batch of SQS messages.
        BatchError
            If messages failed, and the event source mapping does not read which.

        """
        response: dict[str, Any] = self._call(event, context)
        return response

    def _run(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        remaining = context.get_remaining_time_in_millis() / 1000
        invocation = Invocation(
            self._message,
            self._handle,
            self._settings,
            self._sqs,
            clock=deadline.clock,
            remaining=remaining,
            trace=self._trace,
        )
        records = records_of(event)
        try:
            with log_context(invocation):
                failures = self._failures(records, invocation)
        finally:
            self._count(invocation.counts)
        if failures and not self._settings.worker_partial_batch_responses:
            raise BatchError(f"{len(failures)} of {len(records)} messages failed, and the whole batch returns to the queue")
        return {"batchItemFailures": failures}

    def _failures(self, records: list[dict[str, Any]], invocation: Invocation[Message]) -> Any:
        """The ids of the messages that return to the queue, in the format of Powertools."""
        processor: BatchProcessor = self._standard_processor
        if is_fifo(records):
            processor = _FifoProcessor(invocation)
        else:
            records = by_receive_count_descending(records)
        return process_partial_response({"Records": records}, invocation.process, processor)["batchItemFailures"]

    def _count(self, counts: Mapping[str, int]) -> None:
        out_of_time, held_back = counts[OUT_OF_TIME], counts[HELD_BACK]
        if out_of_time or held_back:
            log_safely(
                logger.warning,
                "messages returned to the queue unprocessed",
                out_of_time=out_of_time,
                held_back=held_back,
            )
        try:
            for name, count in counts.items():
                if count:
                    self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
            if any(counts.values()):
                self._metrics.flush_metrics()
        except Exception as error:  # metadata that the worker's function adds is not always JSON
            log_safely(logger.error, "metrics not written", reason=describe_error(error))
        finally:
            with suppress(Exception):
                self._metrics.clear_metrics()  # all Metrics share their content, so the next batch would have it too


class _FifoProcessor(SqsFifoPartialProcessor):
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

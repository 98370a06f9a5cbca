"""The Lambda handler of a worker, created once, when the function starts."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from queuesmith_worker import deadline
from queuesmith_worker.delivery import Delivery
from queuesmith_worker.event import Record, by_receive_count_descending, is_fifo, records_of
from queuesmith_worker.event_loop import EventLoop
from queuesmith_worker.invocation import Invocation
from queuesmith_worker.lanes import Lanes, process_here
from queuesmith_worker.log import logger
from queuesmith_worker.message import Message, Parser
from queuesmith_worker.metrics import write_metrics
from queuesmith_worker.outcomes import DELETED, DUPLICATE, PROCESSED, BatchError
from queuesmith_worker.settings import MAX_CONCURRENCY, HandlerSettings
from queuesmith_worker.tracing import Trace

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parser.envelopes import BaseEnvelope
    from mypy_boto3_sqs import SQSClient

    from queuesmith_worker.clients import Sqs
    from queuesmith_worker.large_messages import LargeBodies


class Worker(Generic[Message]):
    """Calls the worker's function with each message of a batch, and returns the partial batch response for Lambda.

    Parameters
    ----------
    message
        The type of the message: a pydantic model, or another type that pydantic supports, such as a union of models. Bodies are
        parsed from JSON. With `str` the message is the unchanged body, with `bytes` the body decoded from base64.
    handle
        The worker's function, which can be a coroutine function. It is called with one message, and with its Delivery if it has
        a second parameter without a default. If it returns, the message is deleted. If it raises AlreadyDone, the message is
        deleted and counted as a duplicate. If it raises NonRetryable, the message can go to the DLQ immediately. If it raises
        RetryLater, the message is delivered again after the given time. If it raises CircuitOpen, the message and the rest of
        the batch are paused. If it raises anything else, the message returns to the queue.
    settings
        The worker's settings, from `HandlerSettings.from_environment()`.
    envelope
        The Powertools envelope around each message: SnsSqsEnvelope or EventBridgeEnvelope. Default: none.
    concurrency
        How many messages of a batch are processed simultaneously: 1 to 1,000. Above 1, `handle` runs in several threads; a
        coroutine function runs in one event loop. Default: the setting `function.message_concurrency`, or 1.
    sqs
        A boto3 client for SQS. Default: a new client, created when a message first needs it.
    s3
        A boto3 client for S3, for large messages. Default: a new client, created when a message first needs it.

    Raises
    ------
    TypeError
        If `handle` does not accept one or two arguments, or if `envelope` is not for messages in an SQS queue.
    ValueError
        If `concurrency` is out of range.

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
        message: type[Message] | Any,
        handle: Callable[[Message], object] | Callable[[Message, Delivery], object],
        settings: HandlerSettings,
        *,
        envelope: type[BaseEnvelope] | None = None,
        concurrency: int | None = None,
        sqs: SQSClient | None = None,
        s3: Any = None,
    ) -> None:
        self._settings = settings
        self._concurrency = settings.worker_concurrency if concurrency is None else concurrency
        if not 1 <= self._concurrency <= MAX_CONCURRENCY:
            raise ValueError(f"concurrency is {self._concurrency}, but must be from 1 to {MAX_CONCURRENCY}")
        self._loop = EventLoop()
        self._lanes = Lanes(self._concurrency, self._loop.cancel)
        self._large: LargeBodies | None = None
        if settings.worker_large_messages_bucket:
            from queuesmith_worker.clients import S3
            from queuesmith_worker.large_messages import LargeBodies

            bucket, prefix = settings.worker_large_messages_bucket, settings.worker_large_messages_prefix
            self._large = LargeBodies(S3(s3), bucket, prefix, delete=settings.worker_large_messages_delete)
        self._work = self._work_function(Parser[Message](message, envelope), handle)
        self._sqs: Sqs | None = None
        if settings.worker_queue_url or settings.worker_dead_letter_queue_url:
            from queuesmith_worker.clients import Sqs  # loads boto3 now, so that no message waits for it

            self._sqs = Sqs(sqs, self._concurrency)
        self._metrics = Metrics(namespace=settings.powertools_metrics_namespace)
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

    def _work_function(self, parser: Parser[Message], handle: Callable[..., Any]) -> Callable[[Record, Invocation], None]:
        """Return a function that parses a record and calls `handle`."""
        parse, needs_delivery, limit = parser.parse, _needs_delivery(handle), self._settings.worker_max_receive_count
        if self._large is not None:
            parse_body, resolved = parser.parse, self._large.resolved

            def parse(record: Record) -> Message:
                return parse_body(resolved(record))

        if inspect.iscoroutinefunction(handle) or inspect.iscoroutinefunction(type(handle).__call__):
            coroutine_function, run = handle, self._loop.run

            def handle(*arguments: Any) -> None:
                run(coroutine_function, *arguments)

        if needs_delivery:
            return lambda record, invocation: handle(parse(record), Delivery(record, limit, invocation.seconds_left))
        return lambda record, _: handle(parse(record))

    def _run(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        remaining = context.get_remaining_time_in_millis() / 1000
        records = records_of(event)
        fifo = is_fifo(records)
        if not fifo:
            records = by_receive_count_descending(records)
        invocation = Invocation(
            self._work,
            self._settings,
            self._sqs,
            is_fifo=fifo,
            clock=deadline.clock,
            remaining=remaining,
            trace=self._trace,
        )
        try:
            if self._concurrency > 1 and len(records) > 1:
                self._lanes.process(invocation, records, is_fifo=fifo, reserve=deadline.reserve(remaining))
            else:
                process_here(invocation, records)
            invocation.return_paused(records)
        finally:
            results = invocation.close(records)
            write_metrics(self._metrics, results, invocation.queue_waits)
        pairs = list(zip(records, results, strict=True))
        failures = [{"itemIdentifier": record["messageId"]} for record, result in pairs if result.outcome not in DELETED]
        if failures and not self._settings.worker_partial_batch_responses:
            raise BatchError(f"{len(failures)} of {len(records)} messages failed, and the whole batch returns to the queue")
        if self._large is not None:
            self._large.delete(record for record, result in pairs if result.outcome in (PROCESSED, DUPLICATE))
        return {"batchItemFailures": failures}


def _needs_delivery(handle: Callable[..., Any]) -> bool:
    """Whether the worker's function has a second parameter without a default.

    Raises TypeError if it cannot be called with one or two arguments.
    """
    try:
        parameters = inspect.signature(handle).parameters.values()
    except ValueError:  # some built-in functions have no signature
        return False
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    required = [each for each in parameters if each.default is each.empty and each.kind not in variable]
    positional = [each for each in required if each.kind is not each.KEYWORD_ONLY]
    if len(required) > 2 or len(positional) < len(required):
        names = ", ".join(each.name for each in required)
        raise TypeError(f"the worker's function requires {names}. It is called with the message, and optionally its Delivery")
    return len(positional) == 2

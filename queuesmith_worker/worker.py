"""The Lambda handler of a worker, created once, when the function starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Generic

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.typing import LambdaContext

from queuesmith_worker.error_text import reason_of
from queuesmith_worker.event import by_receive_count_descending, is_fifo, records_of
from queuesmith_worker.invocation import Invocation
from queuesmith_worker.log import lines_about, logger, say
from queuesmith_worker.message import Message
from queuesmith_worker.outcomes import HELD_BACK, OUT_OF_TIME, BatchError
from queuesmith_worker.processors import FifoProcessor, standard
from queuesmith_worker.settings import HandlerSettings
from queuesmith_worker.sqs import Sqs
from queuesmith_worker.tracing import Trace

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Worker(Generic[Message]):
    """Calls the worker's function with each message of a batch, and returns the partial batch response for Lambda.

    Parameters
    ----------
    message
        The class that message bodies are parsed into.
    handle
        The worker's function. docs/worker.md says what it can raise.
    settings
        The worker's settings, from `HandlerSettings.from_environment()`.
    sqs
        A boto3 client. Default: a new client, created when a message first needs it.
    clock
        Returns seconds from a monotonic clock.

    """

    def __init__(
        self,
        message: type[Message],
        handle: Callable[[Message], None],
        settings: HandlerSettings,
        *,
        sqs: SQSClient | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._message, self._handle, self._settings, self._clock = message, handle, settings, clock
        self._sqs = Sqs(sqs)
        if settings.worker_queue_url or settings.worker_dead_letter_queue_url:
            import queuesmith_worker.clients  # noqa: F401 - loads boto3 now, so that no message waits for it
        self._metrics = Metrics(namespace=settings.powertools_metrics_namespace)
        self._standard = standard()
        self._trace = Trace() if settings.worker_tracing else None
        run: Callable[..., Any] = logger.inject_lambda_context(self._run, clear_state=True)
        self._call = self._trace.handler(run) if self._trace else run

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Process a batch. Lambda calls this. Returns the ids of the failed messages (ReportBatchItemFailures).

        Raises EventError if the event is not a batch of SQS messages, and BatchError if messages failed but the event source
        mapping does not read which.
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
            clock=self._clock,
            remaining=remaining,
            trace=self._trace,
        )
        records = records_of(event)
        try:
            with lines_about(invocation):
                failures = self._failures(records, invocation)
        finally:
            self._count(invocation.counts)
        if failures and not self._settings.worker_partial_batch_responses:
            raise BatchError(f"{len(failures)} of {len(records)} messages failed, and the whole batch returns to the queue")
        return {"batchItemFailures": failures}

    def _failures(self, records: list[dict[str, Any]], invocation: Invocation[Message]) -> Any:
        """The ids of the messages that return to the queue, in the format of Powertools."""
        if is_fifo(records):
            answer = process_partial_response({"Records": records}, invocation.process, FifoProcessor(invocation))
        else:
            answer = process_partial_response(
                {"Records": by_receive_count_descending(records)}, invocation.process, self._standard
            )
        return answer["batchItemFailures"]

    def _count(self, counts: Mapping[str, int]) -> None:
        out_of_time, held_back = counts[OUT_OF_TIME], counts[HELD_BACK]
        if out_of_time or held_back:
            say(
                logger.warning,
                "messages returned to the queue without being tried",
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
            say(logger.error, "metrics not written", reason=reason_of(error))
        finally:
            with suppress(Exception):
                self._metrics.clear_metrics()  # all Metrics share their content, so the next batch would have it too

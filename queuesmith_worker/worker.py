"""The worker of a queue: what Lambda calls, made once when the function starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.typing import LambdaContext

from queuesmith_worker import processors
from queuesmith_worker.event import is_fifo, nearest_to_the_dlq_first, records_of
from queuesmith_worker.invocation import Invocation
from queuesmith_worker.log import current, logger, say
from queuesmith_worker.message import Message, parse
from queuesmith_worker.outcomes import HELD_BACK, OUT_OF_TIME, BatchError
from queuesmith_worker.settings import Settings
from queuesmith_worker.texts import reason_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from queuesmith_worker.tracing import Trace


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
        remaining = context.get_remaining_time_in_millis() / 1000
        batch = Invocation(
            self._do, self._settings, lambda: self._sqs, clock=self._clock, remaining=remaining, trace=self._trace
        )
        records = records_of(event)
        try:
            failures = self._processed(records, batch)
        finally:
            current.end()
            self._count(batch.counts)
        if failures and not self._settings.worker_partial_batch_responses:
            raise BatchError(f"{len(failures)} of {len(records)} messages failed; all come back")
        return {"batchItemFailures": failures}

    def _processed(self, records: list[dict[str, Any]], batch: Invocation) -> Any:
        """The ids of those that come back, as Powertools has them."""
        if is_fifo(records):
            processor = processors.FifoProcessor(batch.hold_back, batch.is_last)
            return process_partial_response({"Records": records}, batch.work, processor)["batchItemFailures"]
        in_order = {"Records": nearest_to_the_dlq_first(records)}
        return process_partial_response(in_order, batch.work, self._standard)["batchItemFailures"]

    def _do(self, body: str) -> None:
        self._handle(parse(self._message, body))

    def _count(self, counts: Mapping[str, int]) -> None:
        out_of_time, held_back = counts[OUT_OF_TIME], counts[HELD_BACK]
        if out_of_time or held_back:
            say(logger.warning, "messages handed back untried", out_of_time=out_of_time, held_back=held_back)
        try:
            for name, count in counts.items():
                if count:
                    self._metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
            if any(counts.values()):
                self._metrics.flush_metrics()
        except Exception as error:  # what the worker's function has added to them is not always JSON
            say(logger.error, "metrics not written", reason=reason_of(error))
        finally:
            with suppress(Exception):
                self._metrics.clear_metrics()  # all Metrics share what is in them: the next batch would have it too

    @cached_property
    def _sqs(self) -> SQSClient:
        if self._given_sqs is not None:
            return self._given_sqs
        from queuesmith_worker.clients import make_sqs

        return make_sqs()


def _trace() -> Trace:
    from queuesmith_worker.tracing import Trace

    return Trace()

"""Invokes a handler as Lambda does."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from queuesmith_worker import deadline
from queuesmith_worker.clients import S3, Sqs
from queuesmith_worker.event import Record
from queuesmith_worker.invocation import Invocation
from queuesmith_worker.log import logger
from queuesmith_worker.results import RecordResult
from queuesmith_worker.testing.events import ACCOUNT, QUEUE, REGION, sqs_event
from queuesmith_worker.testing.fake_circuits import FakeCircuits
from queuesmith_worker.testing.fake_s3 import FakeS3
from queuesmith_worker.testing.fake_sqs import FakeSqs, dead_letter
from queuesmith_worker.testing.results import BatchResult, MessageResult

TIMEOUT = 30.0
"""Seconds: the function's timeout by default."""


class Clock:
    """A clock that advances only when a test says so. It returns seconds, like `time.monotonic`."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Return the current time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass, for example in the replacement for a slow service."""
        self.now += seconds


@dataclass
class FakeContext:
    """The context object that Lambda passes with the event."""

    remaining: Callable[[], float] = lambda: TIMEOUT
    """Returns the seconds that are left."""
    function_name: str = "testing"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:testing"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"
    log_group_name: str = "/aws/lambda/testing"
    log_stream_name: str = "testing"

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds that are left."""
        return int(self.remaining() * 1000)


class FakeLambda:
    """Invokes a handler as Lambda does, with a clock that a test advances and an SQS client that sends nothing.

    Parameters
    ----------
    sqs
        The SQS client. Default: one that accepts all requests.
    clock
        The clock by which the worker and its circuit breakers measure time.

    Example
    -------
        def test_closed_account(fake_lambda: FakeLambda) -> None:
            result = fake_lambda.invoke(main.lambda_handler, {"id": "m-1", "account": "closed"})
            result.assert_outcomes("NonRetryable")
            assert result.dead_letters[0].reason == "NonRetryable: the account is closed"

    """

    def __init__(self, sqs: FakeSqs | None = None, clock: Clock | None = None) -> None:
        self.sqs = sqs or FakeSqs()
        self.clock = clock or Clock()
        self.s3 = FakeS3()
        """The objects in S3, for large messages."""
        self.circuits = FakeCircuits(self.clock)
        """The circuits of `pause_on_open`, by name. All are closed at first. They share no state with one another or with other
        tests.
        """

    def invoke(
        self, handler: Callable[[dict[str, Any], Any], Any], *messages: object, queue: str = QUEUE, timeout: float = TIMEOUT
    ) -> BatchResult:
        """Invoke a handler with a batch.

        Parameters
        ----------
        handler
            The function that Lambda calls, such as `main.lambda_handler`. It must pass its event to a `Worker`.
        messages
            The batch: bodies, or `SqsMessage` for a message with attributes.
        queue
            The name of the queue. If it ends in `.fifo`, the queue is FIFO, and each message needs a group.
        timeout
            Seconds: the time that is left when the invocation begins.

        Returns
        -------
        BatchResult
            How each message ended.

        Raises
        ------
        ValueError
            If a message of a FIFO queue has no group, or if the handler did not pass its event to a `Worker`.
        BaseException
            What the handler raises: for example BatchError if a message failed and partial batch responses are off.

        """
        return self.invoke_event(handler, sqs_event(*messages, queue=queue), timeout=timeout)

    def invoke_event(
        self, handler: Callable[[dict[str, Any], Any], Any], event: dict[str, Any], *, timeout: float = TIMEOUT
    ) -> BatchResult:
        """Invoke a handler with an event. Like `invoke`, for an event that your test has created or changed."""
        end, before = self.clock() + timeout, len(self.sqs.requests)
        with self._observed() as observed:
            response = handler(event, FakeContext(lambda: end - self.clock()))
        ids = [record["messageId"] for record in event["Records"]]
        if missing := [each for each in ids if each not in observed.results]:
            raise ValueError(f"the handler did not pass {', '.join(missing)} to a Worker")
        requests = self.sqs.requests[before:]
        handles = {record["receiptHandle"]: record["messageId"] for record in event["Records"]}
        delays = {
            handles[entry["ReceiptHandle"]]: entry["VisibilityTimeout"]
            for operation, request in requests
            if operation.startswith("ChangeMessageVisibility")
            for entry in request.get("Entries", [request])
        }
        returned = {item["itemIdentifier"] for item in (response or {}).get("batchItemFailures", ())}
        messages = tuple(observed.message(each, is_returned=each in returned, retry_after=delays.get(each)) for each in ids)
        copies = tuple(dead_letter(request) for operation, request in requests if operation == "SendMessage")
        return BatchResult(response, messages, copies, observed.lines)

    @contextmanager
    def _observed(self) -> Iterator[_Observed]:
        """Replace the clock and the SQS client of every worker, and observe how messages end and what is logged."""
        observed, text = _Observed({}, ()), io.StringIO()
        call, close = Sqs.call, Invocation.close

        def call_fake(sqs: Sqs, operation: str, **request: Any) -> Any:
            sqs._client = self.sqs.client
            return call(sqs, operation, **request)

        def fake_s3_client(_: S3) -> Any:
            return self.s3.client

        def observe_results(invocation: Invocation, records: Iterable[Record]) -> list[RecordResult]:
            results = close(invocation, records)
            observed.results |= {record["messageId"]: result for record, result in zip(records, results, strict=True)}
            return results

        handler = logger.registered_handler
        with ExitStack() as patches:
            patches.enter_context(mock.patch.object(Sqs, "call", call_fake))
            patches.enter_context(mock.patch.object(S3, "connected", fake_s3_client))
            patches.enter_context(mock.patch.object(Invocation, "close", observe_results))
            patches.enter_context(mock.patch.object(deadline, "clock", self.clock))
            patches.enter_context(self.circuits.replace_stores())
            stream = handler.setStream(text)  # type: ignore[attr-defined]
            try:
                yield observed
            finally:
                handler.setStream(stream)  # type: ignore[attr-defined]
                if not stream.closed:  # pytest closes the streams of finished tests
                    stream.write(text.getvalue())
                observed.lines = tuple(json.loads(line) for line in text.getvalue().splitlines())


@dataclass
class _Observed:
    """What was observed in an invocation."""

    results: dict[str, RecordResult]
    lines: tuple[Mapping[str, Any], ...]

    def message(self, message_id: str, *, is_returned: bool, retry_after: int | None) -> MessageResult:
        result = self.results[message_id]
        lines = tuple(line for line in self.lines if line.get("message_id") == message_id)
        return MessageResult(message_id, result.outcome, is_returned, result.details.get("reason"), retry_after, lines)

"""The environment of a handler in these tests: events as Lambda sends them, a clock, and an SQS client that sends nothing.

The client is boto3's. It validates and serializes every request. Only the sending is replaced.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
from pydantic import BaseModel, ConfigDict

from queuesmith_worker import HandlerSettings, Worker
from queuesmith_worker.log import logger

REGION = "eu-west-1"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"
DLQ = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders-dlq"
ARN = "arn:aws:sqs:eu-west-1:123456789012:orders"


class Job(BaseModel):
    """The message that this worker accepts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str = "good"


def body(id: str, kind: str = "good") -> str:
    return Job(id=id, kind=kind).model_dump_json()


def record(id: str, text: str | None = None, *, receives: int = 1, group: str | None = None, **changes: Any) -> dict[str, Any]:
    """A record as Lambda sends it. With a group, it is from a FIFO queue."""
    attributes = {"ApproximateReceiveCount": str(receives), "SentTimestamp": "1795534323760"}
    if group is not None:
        attributes |= {"MessageGroupId": group, "MessageDeduplicationId": f"first-{id}", "SequenceNumber": "18"}
    return {
        "messageId": id,
        "receiptHandle": f"handle-{id}",
        "body": body(id) if text is None else text,
        "attributes": attributes,
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": ARN if group is None else f"{ARN}.fifo",
        "awsRegion": REGION,
        **changes,
    }


class Clock:
    """A clock that advances only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Context:
    """The context object that Lambda passes with the event."""

    remaining: Callable[[], float] = lambda: 30.0
    function_name: str = "test-orders"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:test-orders"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.remaining() * 1000)


class RecordingSqs:
    """The requests of a boto3 client, as they would be sent. `fails` decides which are refused."""

    def __init__(
        self, fails: Callable[[str, dict[str, Any]], bool] = lambda _operation, _request: False, code: str = "AccessDenied"
    ) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self._fails, self._code = fails, code
        arguments = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        self.client = boto3.client("sqs", region_name=REGION, **arguments)  # type: ignore[call-overload]
        self.client.meta.events.register("before-call.sqs", self._answer)

    def _answer(self, model: Any, params: dict[str, Any], **_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
        request = json.loads(params["body"])
        refused = self._fails(model.name, request)
        http = SimpleNamespace(status_code=403 if refused else 200)
        if refused:
            return http, {"Error": {"Code": self._code, "Message": f"no {model.name}"}, "ResponseMetadata": {}}
        self.requests.append((model.name, request))
        return http, {"MessageId": "copy", "ResponseMetadata": {}}

    def of(self, operation: str) -> list[dict[str, Any]]:
        """The accepted requests of one operation."""
        return [request for name, request in self.requests if name == operation]


@dataclass
class Run:
    """A worker, with access to all objects around it."""

    handle: Callable[[Any], None]
    settings: HandlerSettings = field(default_factory=lambda: HandlerSettings.from_environment({}))
    sqs: RecordingSqs = field(default_factory=RecordingSqs)
    clock: Clock = field(default_factory=Clock)
    log: io.StringIO = field(default_factory=io.StringIO)
    message: type[BaseModel] = Job

    def __post_init__(self) -> None:
        logger.registered_handler.setStream(self.log)  # type: ignore[attr-defined]
        self.worker = Worker(self.message, self.handle, self.settings, sqs=self.sqs.client, clock=self.clock)

    def __call__(self, *records: dict[str, Any], remaining: float = 30.0) -> list[str]:
        """Handle a batch. Returns the ids of the failed messages."""
        end = self.clock() + remaining
        response = self.worker({"Records": list(records)}, Context(lambda: end - self.clock()))  # type: ignore[arg-type]
        assert list(response) == ["batchItemFailures"]
        assert all(list(item) == ["itemIdentifier"] for item in response["batchItemFailures"])
        return [item["itemIdentifier"] for item in response["batchItemFailures"]]

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


def metrics(output: str) -> dict[str, float]:
    """The metrics in the output, added up."""
    found: dict[str, float] = {}
    for line in output.splitlines():
        emf = json.loads(line)
        for directive in emf["_aws"]["CloudWatchMetrics"]:
            for metric in directive["Metrics"]:
                found[metric["Name"]] = found.get(metric["Name"], 0) + sum(emf[metric["Name"]])
    return found

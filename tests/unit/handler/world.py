"""A worker in these tests: its message, and its function in a FakeLambda."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from queuesmith_worker import HandlerSettings, Worker
from queuesmith_worker.log import logger
from queuesmith_worker.testing import FakeLambda, FakeSqs, SqsMessage
from queuesmith_worker.testing.events import QUEUE


class Job(BaseModel):
    """The message that this worker accepts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str = "good"


def body(id: str, kind: str = "good") -> str:
    return Job(id=id, kind=kind).model_dump_json()


def record(id: str, text: str | None = None, *, receives: int = 1, group: str | None = None, **changes: Any) -> dict[str, Any]:
    """A record as Lambda sends it. With a group, it is from a FIFO queue."""
    message = SqsMessage(Job(id=id) if text is None else text, id, group, f"first-{id}", receives)
    return {**message.record(QUEUE if group is None else f"{QUEUE}.fifo"), **changes}


@dataclass
class Run:
    """A worker, invoked as Lambda does."""

    handle: Callable[[Any], None]
    settings: HandlerSettings = field(default_factory=lambda: HandlerSettings.from_environment({}))
    sqs: FakeSqs = field(default_factory=FakeSqs)
    log: io.StringIO = field(default_factory=io.StringIO)
    message: type[BaseModel] = Job

    def __post_init__(self) -> None:
        self.function = FakeLambda(self.sqs)
        self.clock = self.function.clock
        logger.registered_handler.setStream(self.log)  # type: ignore[attr-defined]
        self.worker = Worker(self.message, self.handle, self.settings)

    def __call__(self, *records: dict[str, Any], remaining: float = 30.0) -> list[str]:
        """Handle a batch. Returns the ids of the failed messages."""
        response = self.response({"Records": list(records)}, remaining)
        assert list(response) == ["batchItemFailures"]
        assert all(list(item) == ["itemIdentifier"] for item in response["batchItemFailures"])
        return [item["itemIdentifier"] for item in response["batchItemFailures"]]

    def response(self, event: Any, remaining: float = 30.0) -> Any:
        """What the worker returns for an event."""
        return self.function.invoke_event(self.worker, event, timeout=remaining).response

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


def metrics(output: str) -> dict[str, float]:
    """The metrics in the output that count messages, added up."""
    found: dict[str, float] = {}
    for line in output.splitlines():
        emf = json.loads(line)
        for directive in emf["_aws"]["CloudWatchMetrics"]:
            for metric in (each for each in directive["Metrics"] if each["Unit"] == "Count"):
                found[metric["Name"]] = found.get(metric["Name"], 0) + sum(emf[metric["Name"]])
    return found

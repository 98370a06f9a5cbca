"""Batches of good and bad messages for a worker with failing dependencies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from unittest import mock

from pydantic import model_validator

from queuesmith_worker import AlreadyDone, HandlerSettings, NonRetryable, worker
from queuesmith_worker.testing import DLQ_URL, QUEUE_URL
from queuesmith_worker.tracing import Trace
from tests.unit.handler.dependencies import Dependencies, Faults, tracer_on
from tests.unit.handler.world import Job, Run, body, record

MAX_RECEIVES = 3


class ForeignError(BaseException):
    """Other event loops define such an error for a cancelled task."""


RAISED: dict[str, Callable[[], BaseException]] = {
    "done before": lambda: AlreadyDone("it is in the table"),
    "never": lambda: NonRetryable("no"),
    "fails": lambda: RuntimeError("away"),
    "cancelled": asyncio.CancelledError,
    "foreign": ForeignError,
    "several": lambda: BaseExceptionGroup("tasks", [asyncio.CancelledError(), RuntimeError("away")]),
}
"""The exception that each kind of message raises."""


DONE, DEAD = ("good", "done before"), ("never", "invalid")
KINDS = ("good", "good", "invalid", "buggy", *RAISED)


class RecordingJob(Job):
    """A message that records when its processing begins."""

    begun: ClassVar[list[str]] = []

    @model_validator(mode="before")
    @classmethod
    def _see(cls, data: Any) -> Any:
        cls.begun.append(data["id"])
        if data["kind"] == "invalid":
            raise ValueError("it is no job")
        if data["kind"] == "buggy":
            raise KeyError("price")
        return data


@dataclass(frozen=True)
class Item:
    """A message of a batch."""

    id: str
    kind: str = "good"
    group: str = "a"
    receives: int = 1


@dataclass(frozen=True)
class Mode:
    """The features that the stack has enabled."""

    fifo: bool = False
    dlq: bool = True
    backoff: bool = True
    tracing: bool = False
    partial: bool = True
    last_known: bool = True
    concurrency: int = 1

    def variables(self) -> dict[str, str]:
        suffix = ".fifo" if self.fifo else ""
        switched = {
            "WORKER_DEAD_LETTER_QUEUE_URL": self.dlq and f"{DLQ_URL}{suffix}",
            "WORKER_QUEUE_URL": self.backoff and f"{QUEUE_URL}{suffix}",
            "WORKER_TRACING": self.tracing and "true",
            "WORKER_PARTIAL_BATCH_RESPONSES": not self.partial and "false",
            "WORKER_CONCURRENCY": str(self.concurrency),
            "WORKER_MAX_RECEIVE_COUNT": self.last_known and str(MAX_RECEIVES),
        }
        return {name: value for name, value in switched.items() if isinstance(value, str)}


class Environment:
    """One execution environment of the function. State that a batch leaves behind is visible to the next batch."""

    def __init__(self, mode: Mode) -> None:
        self.mode, self.around = mode, Dependencies()
        with mock.patch.object(worker, "Trace", return_value=Trace(tracer_on(self.around.traces))):
            made = HandlerSettings.from_environment(mode.variables())
            self.run = Run(self._handle, made, self.around.sqs, message=RecordingJob)
        self.around.clock = self.run.clock

    def _handle(self, job: Job) -> None:
        self.around.at_work()
        if job.kind in RAISED:
            raise RAISED[job.kind]()

    def answer(self, items: Sequence[Item], faults: Faults) -> Any:
        """The answer that Lambda gets for a batch."""
        RecordingJob.begun.clear()
        group = [{"group": item.group} if self.mode.fifo else {} for item in items]
        records = [
            record(item.id, body(item.id, item.kind), receives=item.receives, **grouped)
            for item, grouped in zip(items, group, strict=True)
        ]
        with self.around.failing(faults):
            return self.run.response({"Records": records})

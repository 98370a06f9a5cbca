"""A worker whose surroundings fail: metrics, log, traces, the DLQ, the changes of visibility, the clock."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, ClassVar
from unittest import mock
from uuid import UUID

from aws_lambda_powertools import Metrics, Tracer
from botocore.exceptions import ReadTimeoutError
from pydantic import model_validator

from queuesmith_worker import AlreadyDone, NonRetryable, Settings, logger, worker
from queuesmith_worker.tracing import Trace
from tests.unit.handler.world import DLQ, QUEUE, Clock, Context, Job, Run, Sqs, body, record

UNWRITABLE: tuple[Any, ...] = (Decimal("9.90"), UUID(int=0), b"x", {1, 2})
"""Metadata that is not JSON: the metrics that it is added to are never written."""


@dataclass(frozen=True)
class Faults:
    """How what surrounds one batch fails. As it is made here, nothing does."""

    metrics: str | None = None
    """`add_metric`, `flush_metrics` or `clear_metrics` raises; or the worker's function adds `metadata` or `dimensions`."""
    log: str | None = None
    """`filter`: of the logger; `handler filter`: of its handler; `emit`: the handler itself."""
    traces: frozenset[str] = frozenset()
    """`begin`, `annotate`, `end`, and whose: `begin ## message`."""
    refused: frozenset[str] = frozenset()
    """Operations of SQS that are refused."""
    lost: frozenset[str] = frozenset()
    """Operations of SQS whose answer never comes."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How far the clock moves with each operation of SQS, and with each message (`work`)."""

    @property
    def copies_arrive(self) -> bool:
        """Whether the DLQ takes copies, as far as the worker can tell."""
        return "SendMessage" not in self.refused | self.lost

    @property
    def time_moves(self) -> bool:
        return any(self.seconds.values())


class Provider:
    """Stands for the X-Ray SDK under Powertools' Tracer."""

    def __init__(self) -> None:
        self.faults: frozenset[str] = frozenset()
        self.emitter = SimpleNamespace(send_entity=lambda _: None)
        self.opened: list[str] = []
        self.notes: list[tuple[str, Any]] = []

    @contextmanager
    def in_subsegment(self, name: str = "") -> Iterator[Any]:
        self._may_fail("begin", name)
        self.opened.append(name)
        yield SimpleNamespace(put_annotation=lambda key, value: self._note(name, key, value))
        self._may_fail("end", name)

    def _note(self, name: str, key: str, value: Any) -> None:
        self._may_fail("annotate", name)
        self.notes.append((key, value))

    def _may_fail(self, what: str, name: str) -> None:
        if f"{what} {name}" in self.faults:
            raise RuntimeError(f"no {what}")


def tracer_on(provider: Provider) -> Any:
    """Powertools' own Tracer."""
    Tracer._reset_config()  # type: ignore[no-untyped-call]
    tracer = Tracer(provider=provider, disabled=False, auto_patch=False)  # type: ignore[arg-type]
    Tracer._reset_config()  # type: ignore[no-untyped-call] # which all Tracers share otherwise
    return tracer


class Surroundings:
    """A client of SQS, a clock and a tracer, which fail as the faults of the moment say."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.clock = Clock()
        self.sqs = Sqs(self._refuses)
        self.traces = Provider()
        self.printed = ""
        """By the last batch, to where metrics go."""
        self.complaints = ""
        """By the last batch, to the standard error."""
        Metrics().clear_metrics()

    def _refuses(self, operation: str, _: object) -> bool:
        self.clock.now += self.faults.seconds.get(operation, 0.0)
        if operation in self.faults.lost:
            raise ReadTimeoutError(endpoint_url="https://sqs")
        return operation in self.faults.refused

    def at_work(self) -> None:
        """To be called by the worker's function, which the author of a worker writes."""
        self.clock.now += self.faults.seconds.get("work", 0.0)
        if self.faults.metrics == "metadata":
            for number, value in enumerate(UNWRITABLE):
                Metrics().add_metadata(f"total {number}", value)
        if self.faults.metrics == "dimensions":
            for number in range(29 - len(Metrics().dimension_set)):
                Metrics().add_dimension(f"dimension {number}", "x")

    @contextmanager
    def failing(self, faults: Faults) -> Iterator[None]:
        """For one batch."""
        self.faults, self.traces.faults = faults, faults.traces
        output, complaints = io.StringIO(), io.StringIO()
        with ExitStack() as planted:
            planted.enter_context(redirect_stdout(output))
            planted.enter_context(redirect_stderr(complaints))
            if faults.metrics in ("add_metric", "flush_metrics", "clear_metrics"):
                planted.enter_context(mock.patch.object(Metrics, faults.metrics, side_effect=RuntimeError("no metrics")))
            planted.enter_context(_failing_log(faults.log))
            yield
        self.faults, self.traces.faults = Faults(), frozenset()
        self.printed, self.complaints = output.getvalue(), complaints.getvalue()


@contextmanager
def _failing_log(how: str | None) -> Iterator[None]:
    handler = logger.registered_handler
    if how == "emit":
        with mock.patch.object(handler, "emit", _raise):
            yield
        return
    planted: dict[str | None, list[Any]] = {"filter": [logging.getLogger(logger.name)], "handler filter": [handler]}
    for each in planted.get(how, []):
        each.addFilter(_raise)
    try:
        yield
    finally:
        for each in planted.get(how, []):
            each.removeFilter(_raise)


def _raise(line: logging.LogRecord) -> bool:
    raise RuntimeError(f"no line about {line.msg}")


MOST_RECEIVES = 3


class ForeignError(BaseException):
    """As other event loops have them for a task that was cancelled."""


RAISED: dict[str, Callable[[], BaseException]] = {
    "done before": lambda: AlreadyDone("it is in the table"),
    "never": lambda: NonRetryable("no"),
    "fails": lambda: RuntimeError("away"),
    "cancelled": asyncio.CancelledError,
    "foreign": ForeignError,
    "several": lambda: BaseExceptionGroup("tasks", [asyncio.CancelledError(), RuntimeError("away")]),
}
"""What the work on a message of a kind raises."""
DONE, DEAD = ("good", "done before"), ("never", "invalid")
KINDS = ("good", "good", "invalid", "buggy", *RAISED)


class Watched(Job):
    """A message that tells that it was begun."""

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
    """A message as a batch has it."""

    id: str
    kind: str = "good"
    group: str = "a"
    receives: int = 1


@dataclass(frozen=True)
class Mode:
    """What the stack has switched on."""

    fifo: bool = False
    dlq: bool = True
    backoff: bool = True
    tracing: bool = False
    partial: bool = True
    last_known: bool = True

    def variables(self) -> dict[str, str]:
        suffix = ".fifo" if self.fifo else ""
        switched = {
            "WORKER_DEAD_LETTER_QUEUE_URL": self.dlq and f"{DLQ}{suffix}",
            "WORKER_QUEUE_URL": self.backoff and f"{QUEUE}{suffix}",
            "WORKER_TRACING": self.tracing and "true",
            "WORKER_PARTIAL_BATCH_RESPONSES": not self.partial and "false",
            "WORKER_MAX_RECEIVE_COUNT": self.last_known and str(MOST_RECEIVES),
        }
        return {name: value for name, value in switched.items() if isinstance(value, str)}


class Environment:
    """One execution environment of the function: what a batch leaves behind is there for the next."""

    def __init__(self, mode: Mode) -> None:
        self.mode, self.around = mode, Surroundings()
        with mock.patch.object(worker, "Trace", return_value=Trace(tracer_on(self.around.traces))):
            made = Settings.from_environment(mode.variables())
            self.run = Run(self._handle, made, self.around.sqs, self.around.clock, message=Watched)

    def _handle(self, job: Job) -> None:
        self.around.at_work()
        if job.kind in RAISED:
            raise RAISED[job.kind]()

    def answer(self, items: Sequence[Item], faults: Faults) -> Any:
        """What Lambda gets for a batch."""
        Watched.begun.clear()
        group = [{"group": item.group} if self.mode.fifo else {} for item in items]
        records = [
            record(item.id, body(item.id, item.kind), receives=item.receives, **grouped)
            for item, grouped in zip(items, group, strict=True)
        ]
        end = self.around.clock() + 30
        context = Context(lambda: end - self.around.clock())
        with self.around.failing(faults):
            return self.run.worker({"Records": records}, context)  # type: ignore[arg-type]

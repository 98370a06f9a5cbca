"""A worker with failing dependencies: metrics, log, traces, the DLQ, visibility changes, the clock."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from unittest import mock
from uuid import UUID

from aws_lambda_powertools import Metrics, Tracer
from botocore.exceptions import ReadTimeoutError

from queuesmith_worker import logger
from queuesmith_worker.testing import Clock, FakeSqs

UNWRITABLE: tuple[Any, ...] = (Decimal("9.90"), UUID(int=0), b"x", {1, 2})
"""Metadata that cannot be converted to JSON. Metrics with this metadata are never written."""


@dataclass(frozen=True)
class Faults:
    """Faults around one batch. Default: none."""

    metrics: str | None = None
    """`add_metric`, `flush_metrics` or `clear_metrics` raises. Or the worker's function adds `metadata` or `dimensions`."""
    log: str | None = None
    """What raises: `filter` of the logger, `handler filter`: that of the log handler, `emit`: the log handler itself."""
    traces: frozenset[str] = frozenset()
    """`begin`, `annotate` or `end`, and the segment: `begin ## message`."""
    refused: frozenset[str] = frozenset()
    """SQS operations that are refused."""
    lost: frozenset[str] = frozenset()
    """SQS operations whose response is lost."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Seconds that the clock advances with each SQS operation, and with each message (`work`)."""

    @property
    def copies_arrive(self) -> bool:
        """Whether the DLQ accepts copies, as far as the worker can know."""
        return "SendMessage" not in self.refused | self.lost

    @property
    def time_moves(self) -> bool:
        return any(self.seconds.values())


class Provider:
    """Replaces the X-Ray SDK under Powertools' Tracer."""

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

    def get_trace_entity(self) -> str:
        return "the invocation's segment"

    def set_trace_entity(self, entity: str) -> None:
        assert entity == self.get_trace_entity()

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


class Dependencies:
    """An SQS client, a clock and a tracer, which fail as the current faults say."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.clock = Clock()
        self.sqs = FakeSqs(self._refuses)
        self.traces = Provider()
        self.printed = ""
        """Standard output of the last batch, which has the metrics."""
        self.complaints = ""
        """Standard error of the last batch."""
        Metrics().clear_metrics()

    def _refuses(self, operation: str, _: object) -> bool:
        self.clock.now += self.faults.seconds.get(operation, 0.0)
        if operation in self.faults.lost:
            raise ReadTimeoutError(endpoint_url="https://sqs")
        return operation in self.faults.refused

    def at_work(self) -> None:
        """Part of the worker's function, which a user writes."""
        self.clock.now += self.faults.seconds.get("work", 0.0)
        if self.faults.metrics == "metadata":
            for number, value in enumerate(UNWRITABLE):
                Metrics().add_metadata(f"total {number}", value)
        if self.faults.metrics == "dimensions":
            for number in range(29 - len(Metrics().dimension_set)):
                Metrics().add_dimension(f"dimension {number}", "x")

    @contextmanager
    def failing(self, faults: Faults) -> Iterator[None]:
        """Apply the faults for one batch."""
        self.faults, self.traces.faults = faults, faults.traces
        output, complaints = io.StringIO(), io.StringIO()
        with ExitStack() as patches:
            patches.enter_context(redirect_stdout(output))
            patches.enter_context(redirect_stderr(complaints))
            if faults.metrics in ("add_metric", "flush_metrics", "clear_metrics"):
                patches.enter_context(mock.patch.object(Metrics, faults.metrics, side_effect=RuntimeError("no metrics")))
            patches.enter_context(_failing_log(faults.log))
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
    patches: dict[str | None, list[Any]] = {"filter": [logging.getLogger(logger.name)], "handler filter": [handler]}
    for each in patches.get(how, []):
        each.addFilter(_raise)
    try:
        yield
    finally:
        for each in patches.get(how, []):
            each.removeFilter(_raise)


def _raise(line: logging.LogRecord) -> bool:
    raise RuntimeError(f"no line about {line.msg}")

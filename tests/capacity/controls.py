"""Negative controls: mistakes in the model, each of which a named check must notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from queuesmith.capacity import flow, parameters, queues
from queuesmith.capacity.invocations import Handler
from queuesmith.capacity.queues import StandardQueue
from tests.capacity import published, theory
from tests.capacity.setups import AWS_2018, Check


@dataclass(frozen=True)
class Control:
    """A mistake, and the checks that must fail with it."""

    mistake: str
    check: str
    """The start of the names of the checks. All of them must fail."""
    function: Callable[[float], Iterator[Check]]
    change: Callable[[], Any]
    """A context manager that makes the mistake."""


def failing(control: Control, size: float) -> list[Check]:
    """Return the named checks that fail with the mistake."""
    with control.change():
        return [each for each in control.function(size) if each.name.startswith(control.check) and not each.passes]


@contextmanager
def _no_ramp() -> Iterator[None]:
    """The concurrency is at its limit from the start."""
    limit = parameters.Parameters.poller_limit
    with mock.patch.object(parameters.Parameters, "start_limit", limit):
        yield


@contextmanager
def _free_throttles() -> Iterator[None]:
    """A throttled batch uses up no receive attempt."""
    returned = StandardQueue.return_at

    def return_at(queue: StandardQueue, messages: Any, when: float) -> None:
        returned(queue, messages, when)
        for each in messages:
            queue.receives[each] -= 1

    with mock.patch.object(StandardQueue, "return_at", return_at):
        yield


@contextmanager
def _age_of_all() -> Iterator[None]:
    """The age metric counts messages that were received three times or more."""
    with mock.patch.object(queues, "BACK_OF_QUEUE", float("inf")):
        yield


@contextmanager
def _free_retries() -> Iterator[None]:
    """A failed message is not processed again: it counts as done."""
    with mock.patch.object(Handler, "_failed", return_value=()):
        yield


@contextmanager
def _no_overhead() -> Iterator[None]:
    """A batch takes only its messages' time."""
    assumed = AWS_2018
    with mock.patch.object(published, "AWS_2018", type(assumed)(**{**vars(assumed), "batch_overhead": 0.0})):
        yield


@contextmanager
def _capacity_of_slots() -> Iterator[None]:
    """A slot that is longer than a batch starts only one batch for each concurrent invocation."""
    batch = flow.Flow._full_batch

    def full_batch(self: flow.Flow) -> tuple[float, float]:
        seconds, late = batch(self)
        return max(seconds, self._step), late

    with mock.patch.object(flow.Flow, "_full_batch", full_batch):
        yield


CONTROLS = (
    Control("no ramp", "ramp, backlog", theory.ramp, _no_ramp),
    Control("throttles use up no receive attempt", "throttles, events", theory.throttles, _free_throttles),
    Control(
        "the age metric counts messages that were received three times or more",
        "the same in CloudWatch",
        theory.age,
        _age_of_all,
    ),
    Control("retries cause no load", "load of retries, events", theory.failures, _free_retries),
    Control("no overhead for a batch", "A1", published.burst, _no_overhead),
    Control(
        "in a step, each concurrent invocation processes only one batch, even a shorter one",
        "saturation, slots",
        theory.saturation,
        _capacity_of_slots,
    ),
)

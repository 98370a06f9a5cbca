"""The setups that the checks share."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from queuesmith.capacity.constants import PROFILES, Assumptions
from queuesmith.capacity.events import run_events
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.run import Run
from queuesmith.capacity.slots import run_slots
from queuesmith.capacity.workload import Phase, ServiceTime, Workload, steady

FULL = 1.0
"""The size of the long runs of `make capacity-check`."""
AWS = PROFILES["aws-2026-08"].assume()
AWS_2018 = PROFILES["aws-2018"].assume()
IDEAL = replace(AWS, batch_overhead=0.0, cold_start=0.0, account_concurrency=1e9, mapping_concurrency=1e9)
"""No overhead, no cold starts: what queueing theory assumes."""


@dataclass(frozen=True)
class Check:
    """One comparison. It passes if `actual` is within `tolerance` (a share of `expected`, or absolute if that is 0)."""

    name: str
    formula: str
    expected: float
    actual: float
    tolerance: float

    @property
    def difference(self) -> float:
        """The difference as a share of the expected value, or absolute if that is 0."""
        return self.actual - self.expected if not self.expected else self.actual / self.expected - 1

    @property
    def passes(self) -> bool:
        """Whether the difference is in the tolerance."""
        return abs(self.difference) <= self.tolerance


ENGINES: dict[str, Callable[..., Run]] = {"events": run_events, "slots": run_slots}


def fixed(concurrency: int, assumed: Assumptions = IDEAL) -> Assumptions:
    """Constants with a fixed concurrency, without a ramp."""
    return replace(assumed, initial_concurrency=concurrency, ramp_per_minute=0.0, mapping_concurrency=concurrency)


def one_by_one(concurrency: int = 1, **changed: object) -> Parameters:
    """A queue without DLQ whose batches have one message."""
    values = {"batch_size": 1, "timeout": 900.0, "visibility_timeout": 40_000.0, "retention": 1e9, **changed}
    return Parameters(maximum_concurrency=concurrency, **values)  # type: ignore[arg-type]


def backlog(messages: int, until: float, rate: float = 0.0) -> tuple[Phase, ...]:
    """Messages that are all there in the first ten milliseconds, and then a constant rate."""
    return (Phase(0.0, 0.01, messages * 100), Phase(0.01, until, rate))


def load(rate: float, until: float, service: ServiceTime, **changed: object) -> Workload:
    """A constant rate of random arrivals."""
    return Workload(phases=steady(rate, until), service=service, **changed)  # type: ignore[arg-type]


def drained(run: Run) -> float:
    """Seconds until no message waits for the first time after the start."""
    last = max((index for index, waiting in enumerate(run.series.visible) if waiting >= 0.5), default=-1)
    return (last + 1) * run.series.step


def erlang_c(servers: int, offered: float) -> float:
    """The probability that a message waits in an M/M/c queue."""
    terms = [offered**index / math.factorial(index) for index in range(servers)]
    last = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return last / (sum(terms) + last)

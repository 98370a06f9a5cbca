"""The capacity model: messages a second, as a ratio to a plain loop with `heapq`."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import date
from random import Random
from statistics import median
from time import process_time

from benchmarks.report import Section
from queuesmith.capacity import ServiceTime, Workload, parse_target, recommend, steady, with_peak
from queuesmith.capacity.constants import PROFILES
from queuesmith.capacity.events import run_events
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.slots import run_slots
from queuesmith.rules import EventSourceMapping, Function, Pipeline, Queue

ROUNDS = 5
AWS = PROFILES["aws-2026-08"].assume()
SERVICE = ServiceTime.constant(0.02)
FAST = {"timeout": 30, "visibility_timeout": 180, "max_receive_count": 5}


def measure() -> list[Section]:
    """All measurements. Takes about a minute."""
    plain = _seconds(_plain_loop)
    rows = [("plain heapq loop, one event for a message", "200,000", f"{200_000 / plain:,.0f}", "1.00", "")]
    cases: tuple[tuple[str, float, Callable[[], object], float], ...] = (
        ("events, batch 1", 200_000, lambda: _events(1, 200_000), 1e9),
        ("events, batch 10", 1_000_000, lambda: _events(10, 1_000_000), 10.0),
        ("slots, one day of 500/s", 500 * 86_400, lambda: _slots(500), 1.5),
        ("slots, one day of 10 million/s", 1e7 * 86_400, lambda: _slots(1e7), 1.5),
    )
    for title, messages, run, target in cases:
        seconds = _seconds(run)
        goal = "" if target > 1e6 else f"{seconds:.2f} (target {target:g}: {'met' if seconds <= target else 'missed'})"
        rows.append(
            (title, f"{messages:,.0f}", f"{messages / seconds:,.0f}", f"{messages / seconds / (200_000 / plain):,.2f}", goal)
        )
    seconds = _seconds(_recommend)
    title, goal = "search for settings (`--want`), a peak of two hours", "met" if seconds <= 5 else "missed"
    rows.append((title, "", "", "", f"{seconds:.2f} (target 5: {goal})"))
    columns = ("", "messages", "messages per second", "ratio to the loop", "processor time, s")
    return [Section(f"The capacity model: median of {ROUNDS} runs, processor time", columns, rows)]


def _seconds(run: Callable[[], object]) -> float:
    found = []
    for _ in range(ROUNDS):
        start = process_time()
        run()
        found.append(process_time() - start)
    return median(found)


def _plain_loop() -> float:
    """200,000 messages of a queue with 50 servers: a push and a pop for each, and two random numbers."""
    random, now, total = Random(1), 0.0, 0.0  # noqa: S311 - no cryptography
    free = [0.0] * 50
    for _ in range(200_000):
        now += random.expovariate(500.0)
        start = max(heapq.heappop(free), now)
        end = start + random.expovariate(12.0)
        heapq.heappush(free, end)
        total += end - now
    return total


def _events(batch: int, messages: int) -> object:
    rate = messages / 600
    limit = 1_000 if batch == 1 else 60
    parameters = Parameters(batch_size=batch, maximum_concurrency=limit, **FAST)  # type: ignore[arg-type]
    return run_events(parameters, Workload(phases=steady(rate, 600), service=SERVICE), AWS)


def _slots(rate: float) -> object:
    parameters = Parameters(maximum_concurrency=50, **FAST)  # type: ignore[arg-type]
    return run_slots(parameters, Workload(phases=steady(rate, 86_400), service=SERVICE), AWS)


def _recommend() -> object:
    mapping = EventSourceMapping(maximum_concurrency=50, response_types=("ReportBatchItemFailures",))
    queue, function = Queue(visibility_timeout=180), Function(timeout=30)
    pipeline = Pipeline(name="orders", queue=queue, function=function, mapping=mapping, today=date(2026, 11, 29))
    workload = Workload(phases=with_peak(500, 5_000, 600, 7_200, 36_000), service=SERVICE)
    return recommend(pipeline, workload, [parse_target("age<300s")])

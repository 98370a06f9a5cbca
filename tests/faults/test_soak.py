"""Twenty thousand messages through the unmodified sample: 1 % poison, 5 % that fail at first. It has the emulator to itself."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from tests.faults.account import count_outcomes
from tests.faults.lane import Lane, wait_for
from tests.faults.load import MAX_WAITING
from tests.faults.proxy import FORWARD, THROTTLED, Decision, FaultProxy
from tests.faults.run import Run
from tests.faults.world import World

MESSAGES = 20_000
POISON_EVERY, FAILS_EVERY = 100, 20
PRODUCERS = 2
REFUSALS = 2
"""Refused requests of an order that fails at first: the SDK makes two per attempt."""


class Journey:
    """When each order was sent, and when it was in the table: as seen by the proxy, not by the handler."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.written: dict[str, float] = {}
        self.writes: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._lock = threading.Lock()

    def decide(self, operation: str, request: Any) -> Decision:
        """Throttle the first requests about some orders."""
        order_id = request["Item"]["order_id"]["S"]
        with self._lock:
            if int(order_id[-5:]) % FAILS_EVERY or self._refused[order_id] >= REFUSALS:
                return FORWARD
            self._refused[order_id] += 1
        return THROTTLED

    @property
    def refusals(self) -> int:
        """The number of throttled requests."""
        return self._refused.total()

    def forwarded(self, operation: str, request: Any, status: int) -> None:
        """Record an accepted write."""
        if status == 200:
            order_id = request["Item"]["order_id"]["S"]
            with self._lock:
                self.written.setdefault(order_id, time.time())
                self.writes[order_id] += 1


class Watch:
    """Memory of the handler processes, and progress, second by second."""

    def __init__(self, world: World, journey: Journey) -> None:
        self.world, self.journey = world, journey
        self.series: list[tuple[float, float, int]] = []
        """Seconds since the start, MB of the largest process, orders written."""

    @contextmanager
    def running(self) -> Iterator[None]:
        ended, begin = threading.Event(), time.monotonic()

        def look() -> None:
            while not ended.wait(1.0):
                sizes = memory_of_handlers(self.world.process)
                self.series.append((time.monotonic() - begin, max(sizes, default=0.0), len(self.journey.written)))

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def memory_of_handlers(emulator: int) -> list[float]:
    """MB of memory of each process of the soak's function."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) != emulator:
                continue
            if b"AWS_LAMBDA_FUNCTION_NAME=prove-soak\0" in stat.with_name("environ").read_bytes():
                pages = int(stat.with_name("statm").read_text().split()[1])
                found.append(pages * 4096 / 1e6)
        except (OSError, ValueError):  # it has just ended
            continue
    return found


def bodies_of(run: Run) -> list[str]:
    """The orders, each with a number at the end of its id, and the poison messages among them."""
    bodies = run.orders(MESSAGES)
    for number in range(POISON_EVERY // 2, MESSAGES, POISON_EVERY):
        bodies[number] = run.instead(bodies[number], "dead", total="0.01")
    return bodies


def waiting(run: Run, journey: Journey) -> float:
    """About how many messages are sent, not written, and not poison."""
    return run.messages * (1 - 1 / POISON_EVERY) - len(journey.written)


def send_all(run: Run, bodies: list[str], journey: Journey) -> None:
    """Send with several producers, with a limit on the number of waiting messages. Continues as long as orders are written."""
    batches = [bodies[start : start + 10] for start in range(0, len(bodies), 10)]

    def send(batch: list[str]) -> None:
        wait_for(lambda: waiting(run, journey) <= MAX_WAITING, "fewer messages are waiting")
        now = time.time()
        journey.sent.update({run.ids[body]: now for body in batch})
        run.send(batch)

    with ThreadPoolExecutor(PRODUCERS) as producers:
        for done in [producers.submit(send, batch) for batch in batches]:
            done.result()


@pytest.mark.timeout(3600)  # slow machines are fine as long as there is progress
def test_twenty_thousand_messages_are_all_accounted_for(world: World, results: Path | None) -> None:
    lane, journey = Lane(world, "soak", results), Journey()
    lane.reset()
    lane.times(timeout=30, visibility=60)
    run = Run(lane)
    bodies = bodies_of(run)
    watch = Watch(world, journey)
    with FaultProxy(world.endpoint, journey.decide, journey.forwarded) as proxy, watch.running():
        lane.reconfigure(AWS_ENDPOINT_URL_DYNAMODB=proxy.url)
        lane.enable()
        begin = time.monotonic()
        send_all(run, bodies, journey)
        wait_for(lambda: lane.depth() == 0, "the queue is empty", 1800)
        seconds = time.monotonic() - begin
    writes = {body: journey.writes[order_id] for body, order_id in run.ids.items()}
    account = count_outcomes(run.expected, run.expected.keys(), run.messages, replace(run.final_state(), writes=writes))
    account.check()
    assert (account.written, account.dead) == (MESSAGES - MESSAGES // POISON_EVERY, MESSAGES // POISON_EVERY)
    assert journey.refusals == REFUSALS * MESSAGES // FAILS_EVERY
    took = [journey.written[order_id] - journey.sent[order_id] for order_id in journey.written]
    cuts = quantiles(took, n=100)
    half = len(watch.series) // 2
    grown = max(size for _, size, _ in watch.series[half:]) / max(size for _, size, _ in watch.series[: half + 1])
    lane.note(
        "soak",
        {
            "account": asdict(account),
            "seconds": seconds,
            "p50": cuts[49],
            "p95": cuts[94],
            "p99": cuts[98],
            "series": watch.series,
            "grown": grown,
        },
    )
    assert grown < 1.2, f"the handler uses {grown:.2f} times as much memory in the second half as in the first"

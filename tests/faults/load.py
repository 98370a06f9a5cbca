"""Messages to do something under: orders that take a while, and some that fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.lane import wait_for
from tests.faults.run import MESSAGES, Run

FAILS_ONCE, NEVER_WORKS = 18, 6
MOST_WAITING = 1_000
"""Of the soak: the local AWS looks through the whole queue at each receive, so that its cost is the square of this."""
STILL = 1.2
"""Seconds without a new order, after which nothing is at work: a batch takes half of that."""


def load(run: Run) -> list[str]:
    """Orders that take a while each, of which some fail at first and a few always."""
    groups = [
        run.orders(MESSAGES - FAILS_ONCE - NEVER_WORKS, "works:1"),
        run.orders(FAILS_ONCE, "raises:1"),
        run.orders(NEVER_WORKS, "never:1000", "dead"),
    ]
    return [body for start in range(12) for group in groups for body in group[start::12]]


def progress(run: Run) -> None:
    """Wait until ten more have been begun."""
    before = run.count("begun")
    wait_for(lambda: run.count("begun") >= before + 10, "it goes on")


def stands_still(run: Run) -> None:
    """Wait until nothing new is begun, and fail where that is because nothing is left."""

    def is_still() -> bool:
        before = run.count("begun")
        time.sleep(STILL)
        return run.count("begun") == before

    wait_for(is_still, "it stands still")
    assert run.lane.depth() > 0, "nothing was left to be held up"


@contextmanager
def sending(run: Run, bodies: list[str]) -> Iterator[None]:
    """Send them little by little while something else is done."""

    def send() -> None:
        for start in range(0, len(bodies), 10):
            run.send(bodies[start : start + 10])
            time.sleep(0.05)

    thread = threading.Thread(target=send)
    run.lane.enable()
    thread.start()
    try:
        yield
    finally:
        thread.join()

"""Messages as a load: some block the handler in the middle of a batch, and some fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.lane import wait_for
from tests.faults.run import MESSAGES, Run

FAILS_ONCE, ALWAYS_FAILS = 18, 6
MAX_WAITING = 1_000
"""The largest number of waiting messages in the soak. The emulator reads the whole queue at each receive."""
HANDLERS = 3
"""The number of handlers that run in parallel: the mapping's maximum concurrency (config/each.toml)."""
HOLDS_EVERY = 5
"""One in this many orders blocks the handler. By then a batch has written up to four orders."""


def load(run: Run) -> list[str]:
    """Orders of which some block the handler, some fail at first and a few always fail."""
    good = run.orders(MESSAGES - FAILS_ONCE - ALWAYS_FAILS)
    for position in range(HOLDS_EVERY - 1, len(good), HOLDS_EVERY):
        good[position] = run.instead(good[position], customer_id="holds:1")
    groups = [good, run.orders(FAILS_ONCE, "raises:1"), run.orders(ALWAYS_FAILS, "never:1000", "dead")]
    return [body for start in range(12) for group in groups for body in group[start::12]]


@contextmanager
def mid_batch(run: Run, resume: Callable[[], object] | None = None) -> Iterator[None]:
    """Run code while every handler is blocked in the middle of a batch. They continue afterwards.

    `resume` restarts the mapping before that. By default the mapping is enabled.
    """
    before = blocked_count(run)
    run.lane.switch("held", on=True)
    try:
        (resume or run.lane.enable)()
        wait_for(lambda: blocked_count(run) >= before + HANDLERS, "every handler is in the middle of a batch")
        yield
    finally:
        run.lane.switch("held", on=False)


def blocked_count(run: Run) -> int:
    """The number of times that a handler of this worker has been blocked."""
    return sum(line["what"] == "held" for line in run.lane.ledger())


STILL = 1.2
"""Seconds in which a mapping that is not paused starts new work."""


def check_paused(run: Run) -> None:
    """Wait until started work has ended and been deleted. Fails if new orders are started, or if none are left."""
    wait_for(lambda: run.lane.in_flight() == 0, "all started work has ended")
    before, left = run.count("begun"), run.lane.depth()
    assert left > 0, "no message was left in the queue"
    time.sleep(STILL)
    assert (run.count("begun"), run.lane.depth()) == (before, left), "the paused worker started new work"


@contextmanager
def sending(run: Run, bodies: list[str]) -> Iterator[None]:
    """Send messages little by little while other code runs."""

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

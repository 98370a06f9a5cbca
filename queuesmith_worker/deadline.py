"""Decides whether the time left is enough for one more record."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf

DEFAULT_MINIMUM_CAP = 1.0
"""Seconds: the largest default of `minimum`."""


clock: Callable[[], float] = time.monotonic
"""The clock of all workers. `queuesmith_worker.testing` replaces it."""


def reserve(remaining: float) -> float:
    """Return the seconds that an invocation needs for its response: a tenth of its time, at most 1."""
    return min(DEFAULT_MINIMUM_CAP, remaining / 10)


class Deadline:
    """Compares the time left in an invocation with the duration of its slowest record, or with `minimum` if that is longer.

    It uses the slowest record instead of the average, because a timeout fails the whole batch, including processed records.
    Returning a record early only uses up one of its receive attempts. The first record is always tried, because otherwise a
    worker with little time would never process anything.

    Parameters
    ----------
    now
        The current time, in seconds of the caller's clock.
    remaining
        Seconds until the invocation times out.
    minimum
        The least time that must be left, in seconds. None: a tenth of `remaining`, at most 1 s.

    """

    __slots__ = ("_end", "_minimum", "latest", "slowest")

    def __init__(self, now: float, remaining: float, minimum: float | None = None) -> None:
        self._end = now + remaining
        self._minimum = reserve(remaining) if minimum is None else minimum
        self.slowest = -inf
        """The longest duration of a record, in seconds."""
        self.latest = inf
        """The latest time at which another record can begin."""

    def add(self, seconds: float) -> None:
        """Record the duration of one record. Call this after each record."""
        if seconds > self.slowest:
            self.slowest = seconds
            self.latest = self._end - max(seconds, self._minimum)

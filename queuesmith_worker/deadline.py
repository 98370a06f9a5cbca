"""Decides whether the time left is enough for one more record."""

from __future__ import annotations

from math import inf
from typing import Self

LONGEST_FLOOR = 1.0
"""Seconds: the upper limit of the default floor."""


class Deadline:
    """Compares the time left in an invocation with the duration of its slowest record, or with `floor` if that is longer.

    It uses the slowest record instead of the average, because a timeout fails the whole batch, including processed records.
    Returning a record early only uses up one of its receive attempts. The first record is always tried, because otherwise a
    worker with little time would never process anything.

    Parameters
    ----------
    end
        When the invocation times out, in seconds of the caller's clock.
    floor
        The least time that must be left, in seconds.

    """

    __slots__ = ("_end", "_floor", "_slowest", "latest")

    def __init__(self, end: float, floor: float) -> None:
        self._end, self._floor = end, floor
        self._slowest = -inf
        self.latest = inf
        """The latest time at which another record can begin."""

    @classmethod
    def of(cls, now: float, remaining: float, floor: float | None) -> Self:
        """The deadline of an invocation that has `remaining` seconds left. Default of `floor`: a tenth of that, at most 1 s."""
        return cls(now + remaining, min(LONGEST_FLOOR, remaining / 10) if floor is None else floor)

    def add(self, seconds: float) -> None:
        """Record the duration of one record. Call this after each record."""
        if seconds > self._slowest:
            self._slowest = seconds
            self.latest = self._end - max(seconds, self._floor)

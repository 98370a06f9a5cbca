"""Whether the time that is left is enough for one more record."""

from __future__ import annotations

from math import inf
from typing import Self

LONGEST_FLOOR = 1.0
"""Seconds, where nobody has set a floor."""


class Deadline:
    """Compares what is left of one invocation with the slowest of its records so far, or with `floor` where that is more.

    The slowest and not the average: running into the timeout fails the whole batch, done records included, while handing
    records back early costs each of them one receive. The first record is always tried, or nothing would ever move.
    All times are in seconds of one clock.
    """

    __slots__ = ("_end", "_floor", "_slowest", "latest")

    def __init__(self, end: float, floor: float) -> None:
        self._end, self._floor = end, floor
        self._slowest = -inf
        self.latest = inf
        """When one more record may be begun at the latest."""

    @classmethod
    def of(cls, now: float, remaining: float, floor: float | None) -> Self:
        """That of an invocation with so much time left."""
        return cls(now + remaining, min(LONGEST_FLOOR, remaining / 10) if floor is None else floor)

    def add(self, seconds: float) -> None:
        """Add a record that has taken so long: to be called for each."""
        if seconds > self._slowest:
            self._slowest = seconds
            self.latest = self._end - max(seconds, self._floor)

"""Limits the rate of requests, and computes the growing pauses between attempts."""

from __future__ import annotations

import random
import time

from queuesmith.common.signals import Stop

LONGEST_PAUSE = 5.0
"""The longest pause between two attempts, in seconds."""


class RateLimit:
    """Keeps work at or below a rate. Time counts from the creation of this object."""

    def __init__(self, rate: float | None, stop: Stop) -> None:
        """Create the limit.

        Parameters
        ----------
        rate
            The largest number of messages a second; None: no limit.
        stop
            Ends a wait early.

        """
        self._rate, self._stop, self._began = rate, stop, time.monotonic()

    def wait_for(self, count: int) -> None:
        """Wait until `count` messages are within the rate."""
        if self._rate:
            self._stop.wait(max(0.0, count / self._rate - (time.monotonic() - self._began)))


def backoff(attempt: int) -> float:
    """Seconds to wait before an attempt: 0 before the first (number 0), then up to 0.4, 0.8, 1.6 and so on.

    The pause is shortened at random, so that many throttled clients do not all retry at the same moment.
    """
    return min(LONGEST_PAUSE, 0.2 * 2**attempt) * random.uniform(0.5, 1) if attempt else 0.0  # noqa: S311 - spreads load

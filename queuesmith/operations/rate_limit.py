"""How fast: a rate that is kept, and pauses that grow between attempts."""

from __future__ import annotations

import random
import time

from queuesmith.common.signals import Stop

LONGEST_PAUSE = 5.0
"""Seconds between two attempts."""


class RateLimit:
    """Keeps work at a rate, counted from when this is made."""

    def __init__(self, rate: float | None, stop: Stop) -> None:
        """`rate` is the most a second; None: as fast as it goes. `stop` ends a wait."""
        self._rate, self._stop, self._began = rate, stop, time.monotonic()

    def wait_for(self, count: int) -> None:
        """Wait until this many may have been done."""
        if self._rate:
            self._stop.wait(max(0.0, count / self._rate - (time.monotonic() - self._began)))


def backoff(attempt: int) -> float:
    """Seconds to wait before an attempt: none before the first, number 0, then up to 0.4, 0.8, 1.6 and so on.

    A random part of them is left out, so that many who were refused at once do not all come back at once.
    """
    return min(LONGEST_PAUSE, 0.2 * 2**attempt) * random.uniform(0.5, 1) if attempt else 0.0  # noqa: S311 - spreads load

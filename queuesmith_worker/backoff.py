"""The delay after which a failed message is delivered again."""

from __future__ import annotations

import random
from collections.abc import Callable

MOST_DOUBLINGS = 16
"""2¹⁶ s is longer than the maximum visibility timeout of SQS (12 hours)."""


def delay(receives: int, base: int, cap: int, pick: Callable[[int, int], int] = random.randint) -> int:
    """Return a random delay (full jitter), so that messages that failed together are not retried together.

    Parameters
    ----------
    receives
        How often the message has been received, this time included: at least 1.
    base
        Seconds: the upper bound after the first receive. It doubles with each further receive.
    cap
        Seconds: the largest upper bound.
    pick
        Returns a random integer between two bounds, both included.

    """
    return pick(0, min(cap, base * 2 ** min(receives - 1, MOST_DOUBLINGS)))

"""How long a message that failed stays hidden before it is tried again."""

from __future__ import annotations

import random
from collections.abc import Callable

MOST_DOUBLINGS = 16
"""2¹⁶ s is longer than SQS hides any message."""


def delay(receives: int, base: int, cap: int, pick: Callable[[int, int], int] = random.randint) -> int:
    """Seconds, at random from 0 to what doubles with each receive (full jitter), so that what failed together does not come
    back together. At most `cap`.
    """
    return pick(0, min(cap, base * 2 ** min(receives - 1, MOST_DOUBLINGS)))

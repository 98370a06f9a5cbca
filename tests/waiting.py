"""Waiting for conditions, never for time."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 240.0
"""Seconds until a condition must hold, or a process must end. It only ends a test that hangs."""


def wait_for(condition: Callable[[], object], what: str, patience: float = PATIENCE, pause: float = 0.3) -> None:
    """Wait until a condition holds, looking at it every `pause` seconds, and fail with its name where it does not."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"after {patience:.0f} s still not: {what}"
        time.sleep(pause)

"""Helpers that wait for a condition, never for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMEOUT = 240.0
"""Seconds until a condition must hold, or a process must end. It only ends tests that would hang."""


def wait_for(condition: Callable[[], object], what: str, timeout: float = TIMEOUT, pause: float = 0.3) -> None:
    """Wait up to `timeout` seconds for a condition, checked every `pause` seconds. Fails with its name after that time."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"not true after {timeout:.0f} s: {what}"
        time.sleep(pause)

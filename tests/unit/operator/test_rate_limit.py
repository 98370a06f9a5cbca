"""The rate limit, and pauses that grow."""

from __future__ import annotations

import pytest

from queuesmith.common.signals import Stop
from queuesmith.operations.rate_limit import LONGEST_PAUSE, RateLimit, backoff


class Waits(Stop):
    """Records the requested pauses without waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        return False


def test_rate_holds_from_the_first_message() -> None:
    waits = Waits()
    pace = RateLimit(10, waits)
    for count in (0, 50, 100):
        pace.wait_for(count)
    assert waits.seconds == pytest.approx([0, 5, 10], abs=1)


def test_without_a_rate_there_is_no_wait() -> None:
    waits = Waits()
    RateLimit(None, waits).wait_for(1_000_000)
    assert waits.seconds == []


def test_pauses_grow_up_to_the_longest_after_the_first_attempt() -> None:
    assert backoff(0) == 0
    for attempt, most in ((1, 0.4), (2, 0.8), (3, 1.6), (20, LONGEST_PAUSE)):
        assert most / 2 <= backoff(attempt) <= most

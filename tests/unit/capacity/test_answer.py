"""The first line of a prediction: the answer in sentences."""

from __future__ import annotations

import pytest

from tests.unit.test_capacity_command import run


def test_answer_counts_the_attempts_of_failing_messages() -> None:
    result = run("prod", "orders", "--rate", "1500/s", "--per-message", "20ms", "--transient", "50%", "--until", "30m")
    answer = result.stdout.splitlines()[0]
    assert "messages/s (maximum concurrency 50), each received 2.0 times. 1,500/s is more: after 30 min, " in answer


@pytest.mark.parametrize(("rate", "waiting"), [("0.001/s", "no messages wait"), ("500/s", "at most")])
def test_answer_says_if_no_messages_wait(rate: str, waiting: str) -> None:
    result = run("prod", "orders", "--rate", rate, "--per-message", "20ms", "--until", "10m")
    assert f"/s: {waiting}" in result.stdout.splitlines()[0]

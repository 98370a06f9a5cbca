"""The evaluation of metric math that the test of the alarms adds to LocalStack."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.localstack.metric_math import evaluate

MONDAY = datetime(2026, 11, 30, 6, 30, tzinfo=UTC)
DIVISION = "IF(FILL(b, 0) > 0, a * 300 / b, IF(a > 0, 86400, 0))"


@pytest.mark.parametrize(
    ("expression", "a", "b", "result"),
    [
        (DIVISION, 19, 4, 1_425),
        (DIVISION, 19, 0, 86_400),
        (DIVISION, 19, None, 86_400),
        (DIVISION, 0, None, 0),
        (DIVISION, None, 4, None),
        (DIVISION, None, None, None),
        ("100 / b", 1, 0, None),
        ("IF(HOUR(a) >= 6 AND MINUTE(a) < 30 OR DAY(a) == 1, FILL(a, 0), 1)", None, 0, 0),
        ("IF(HOUR(a) >= 7 AND DAY(a) == 1, FILL(a, 0), 1)", None, 0, 1),
    ],
)
def test_result_in_a_period(expression: str, a: float | None, b: float | None, result: float | None) -> None:
    assert evaluate(expression, {"a": a, "b": b}, MONDAY) == result

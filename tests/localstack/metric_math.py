"""Evaluates the metric math of alarms for one period. It runs under LocalStack's Python, because LocalStack has no metric math.

It has what the alarms of this project use: arithmetic, comparisons, AND, OR, IF, FILL, MINUTE, HOUR and DAY, as AWS documents
them (CloudWatch user guide, using metric math). The result of a period without data has no data either, except through FILL.
MINUTE, HOUR and DAY have a value in every period. It is written separately from `queuesmith.capacity.metric_math`, so that no
mistake is in both.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_OPERATORS = ("add", "sub", "mul", "truediv", "lt", "le", "gt", "ge", "eq", "ne")


@dataclass(frozen=True, eq=False)
class DataPoint:
    """A metric or a result in one period."""

    value: float | None
    """None: no data."""
    start: datetime
    """The start of the period."""

    def __bool__(self) -> bool:
        assert self.value is not None, "AND and OR of a period without data"
        return bool(self.value)


def _operation(name: str, *, swapped: bool) -> Callable[[DataPoint, Any], DataPoint]:
    calculate = getattr(operator, name)

    def operation(self: DataPoint, other: Any) -> DataPoint:
        left, right = self.value, other.value if isinstance(other, DataPoint) else other
        if left is None or right is None or (name == "truediv" and (left if swapped else right) == 0):
            return DataPoint(None, self.start)
        return DataPoint(float(calculate(right, left) if swapped else calculate(left, right)), self.start)

    return operation


for _name in _OPERATORS:
    setattr(DataPoint, f"__{_name}__", _operation(_name, swapped=False))
for _name in _OPERATORS[:4]:
    setattr(DataPoint, f"__r{_name}__", _operation(_name, swapped=True))


def evaluate(expression: str, metrics: Mapping[str, float | None], start: datetime) -> float | None:
    """The value of an expression in the period that begins at `start`. None: no data.

    `metrics` are the values of the metrics in that period by their ids.
    """

    def choose(condition: Any, if_true: Any, if_false: Any) -> Any:
        return condition if isinstance(condition, DataPoint) and condition.value is None else if_true if condition else if_false

    functions = {
        "IF": choose,
        "FILL": lambda point, value: DataPoint(value if point.value is None else point.value, start),
        "MINUTE": lambda _: DataPoint(start.minute, start),
        "HOUR": lambda _: DataPoint(start.hour, start),
        "DAY": lambda _: DataPoint(start.isoweekday(), start),
    }
    points = {name: DataPoint(value, start) for name, value in metrics.items()}
    in_python = re.sub(r"\b(AND|OR)\b", lambda match: match[1].lower(), expression)
    result = eval(in_python, {"__builtins__": {}}, {**functions, **points})  # noqa: S307 - an expression of our own stack
    return result.value if isinstance(result, DataPoint) else float(result)

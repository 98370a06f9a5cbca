"""Evaluates the pipeline's alarms on a run as CloudWatch does: period, statistic, datapoints, expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from queuesmith.capacity.metric_math import UnknownExpressionError, evaluate, parse
from queuesmith.capacity.metrics import UnknownMetricError, values_of
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.run import Series
from queuesmith.capacity.workload import Workload
from queuesmith.rules import Alarm, Unknown

_SHORTEST_PERIOD = 60
"""Seconds. SQS and Lambda publish their metrics once a minute."""


@dataclass(frozen=True)
class AlarmForecast:
    """What one alarm does."""

    address: str
    """The alarm's key in the settings, or its Terraform address."""
    metric: str
    """The metric that it watches."""
    threshold: float | None
    """Null if it is not known."""
    first: float | None
    """Seconds from the start until it fires for the first time. Null: it does not fire."""
    seconds: float
    """How long it is in the state ALARM, in seconds."""
    pages: bool | None
    """Whether it pages. Null: not known, because only the settings say which alarms page."""
    skipped: str | None = None
    """Why it was not evaluated. Null: it was evaluated."""


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def forecast_alarms(alarms: Sequence[Alarm], series: Series, parameters: Parameters, workload: Workload) -> list[AlarmForecast]:
    """Return what each alarm does. Alarms on what the model does not have are skipped, with the reason."""
    return [_forecast(alarm, series, parameters, workload) for alarm in alarms]


def _forecast(alarm: Alarm, series: Series, parameters: Parameters, workload: Workload) -> AlarmForecast:
    metric = ", ".join(f"{each.name} of {each.of}" for each in alarm.metrics) or "no metric of the pipeline"
    threshold = _threshold(alarm)
    if threshold is None:
        skipped = "its threshold or its expression is unknown"
    elif not alarm.metrics:
        skipped = "it watches no metric of the pipeline"
    elif any(isinstance(each, Unknown) for each in (alarm.period, alarm.evaluation_periods, alarm.comparison)):
        skipped = "its period, evaluation periods or comparison is unknown"
    else:
        try:
            first, seconds = _fires(alarm, _values(alarm, series, parameters, workload), threshold)
        except (UnknownMetricError, UnknownExpressionError) as error:
            skipped = str(error)
        else:
            return AlarmForecast(alarm.address, metric, threshold, first, seconds, alarm.pages)
    return AlarmForecast(alarm.address, metric, threshold, None, 0.0, alarm.pages, skipped)


def _threshold(alarm: Alarm) -> float | None:
    if alarm.expression is not None:
        return alarm.expression.threshold
    return None if alarm.threshold is None or isinstance(alarm.threshold, Unknown) else float(alarm.threshold)


def _values(alarm: Alarm, series: Series, parameters: Parameters, workload: Workload) -> list[float | None]:
    """Return the value that the alarm compares in each period. None: its expression divides by zero, so it has no value."""
    measured = {each.id: values_of(each, _period(alarm), series, parameters, workload) for each in alarm.metrics}
    if alarm.expression is None:
        return list(next(iter(measured.values())))
    if not all(measured):
        raise UnknownExpressionError("the ids in its expression are unknown. A plan has them, and files in HCL do not")
    tree = parse(alarm.expression.text, frozenset(measured))
    found: list[float | None] = []
    for values in zip(*measured.values(), strict=True):
        try:
            found.append(float(evaluate(tree, dict(zip(measured, values, strict=True)))))
        except (ZeroDivisionError, OverflowError):
            found.append(None)
        except (TypeError, ValueError) as error:
            raise UnknownExpressionError("its expression cannot be read") from error
    return found


def _fires(alarm: Alarm, values: Sequence[float | None], threshold: float) -> tuple[float | None, float]:
    """Return when the alarm fires first, and for how long in total."""
    period, evaluated = _period(alarm), _number(alarm.evaluation_periods, 1)
    needed = _number(alarm.datapoints_to_alarm, evaluated)
    comparison = alarm.comparison if isinstance(alarm.comparison, str) else "GreaterThanOrEqualToThreshold"
    breaches = _COMPARISONS.get(comparison, _COMPARISONS["GreaterThanOrEqualToThreshold"])
    points = [alarm.missing_data == "breaching" if each is None else breaches(each, threshold) for each in values]
    firing = [sum(points[max(index - evaluated + 1, 0) : index + 1]) >= needed for index in range(len(points))]
    first = (firing.index(True) + 1) * period if any(firing) else None
    return first, float(sum(firing) * period)


def _period(alarm: Alarm) -> int:
    return max(_number(alarm.period, _SHORTEST_PERIOD), _SHORTEST_PERIOD)


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) and value else default

"""Evaluates the pipeline's alarms on a run as CloudWatch does: period, statistic, datapoints, missing data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from queuesmith.capacity.run import Series
from queuesmith.rules import Alarm, Unknown
from queuesmith.rules.alarms import AGE, DEPTH

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
    """Whether it pages. Null: only the settings say this."""
    skipped: str | None = None
    """Why it was not evaluated. Null: it was."""


_Statistic = Callable[[Sequence[float]], float]
_METRICS: dict[tuple[str, str], tuple[str, _Statistic]] = {
    ("queue", AGE): ("metric_age", max),
    ("queue", DEPTH): ("visible", max),
    ("queue", "ApproximateNumberOfMessagesNotVisible"): ("invisible", max),
    ("queue", "NumberOfMessagesSent"): ("sent", sum),
    ("queue", "NumberOfMessagesDeleted"): ("deleted", sum),
    ("dead_letter_queue", DEPTH): ("dead", max),
    ("function", "Errors"): ("errors", sum),
    ("function", "Throttles"): ("throttles", sum),
    ("function", "Invocations"): ("invocations", sum),
    ("function", "ConcurrentExecutions"): ("executions", max),
}
"""By resource and metric: the series, and the statistic that alarms on it use."""
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": float.__gt__,
    "GreaterThanOrEqualToThreshold": float.__ge__,
    "LessThanThreshold": float.__lt__,
    "LessThanOrEqualToThreshold": float.__le__,
}


def forecast_alarms(alarms: Sequence[Alarm], series: Series) -> list[AlarmForecast]:
    """Return what each alarm does. Alarms on metric expressions and on other metrics are skipped, with the reason."""
    return [_forecast(alarm, series) for alarm in alarms]


def _forecast(alarm: Alarm, series: Series) -> AlarmForecast:
    metric = ", ".join(f"{each.name} of {each.of}" for each in alarm.metrics) or "no metric of the pipeline"
    threshold = None if isinstance(alarm.threshold, Unknown) else alarm.threshold
    known = _METRICS.get((alarm.metrics[0].of, alarm.metrics[0].name)) if len(alarm.metrics) == 1 else None
    numbers = (alarm.period, alarm.evaluation_periods, alarm.comparison)
    if threshold is None:
        skipped = "it compares a metric expression, or its threshold is unknown"
    elif known is None:
        skipped = "the model has no such metric"
    elif any(isinstance(each, Unknown) for each in numbers):
        skipped = "its period, evaluation periods or comparison is unknown"
    else:
        first, seconds = _fires(alarm, getattr(series, known[0]), series.step, known[1], float(threshold))
        return AlarmForecast(alarm.address, metric, threshold, first, seconds, alarm.pages)
    return AlarmForecast(alarm.address, metric, threshold, None, 0.0, alarm.pages, skipped)


def _fires(
    alarm: Alarm, values: Sequence[float], step: float, statistic: _Statistic, threshold: float
) -> tuple[float | None, float]:
    """Return when the alarm fires first, and for how long in total."""
    period = max(_number(alarm.period, _SHORTEST_PERIOD), _SHORTEST_PERIOD)
    evaluated = _number(alarm.evaluation_periods, 1)
    needed = _number(alarm.datapoints_to_alarm, evaluated)
    comparison = alarm.comparison if isinstance(alarm.comparison, str) else "GreaterThanOrEqualToThreshold"
    breaches = _COMPARISONS.get(comparison, float.__ge__)
    length = max(round(period / step), 1)
    points = [
        breaches(float(statistic(values[start : start + length])), threshold)
        for start in range(0, len(values) - length + 1, length)
    ]
    firing = [sum(points[max(index - evaluated + 1, 0) : index + 1]) >= needed for index in range(len(points))]
    first = (firing.index(True) + 1) * period if any(firing) else None
    return first, float(sum(firing) * period)


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) and value else default

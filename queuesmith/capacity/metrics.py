"""The values of CloudWatch's metrics in a run, by period."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from statistics import mean

from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.run import Series
from queuesmith.capacity.workload import ServiceTime, Workload
from queuesmith.rules import Metric
from queuesmith.rules.alarms import AGE, DEPTH

_QUIET = "InQuietGroups"
"""The end of the metrics of a fair queue's quiet message groups. In the model, no group is noisy."""
_DRAWN = 400
"""Batches that are drawn for the percentiles of the duration."""

_STATES: Mapping[tuple[str, str], str] = {
    ("queue", AGE): "metric_age",
    ("queue", f"{AGE}{_QUIET}"): "metric_age",
    ("queue", DEPTH): "visible",
    ("queue", f"{DEPTH}{_QUIET}"): "visible",
    ("queue", "ApproximateNumberOfMessagesNotVisible"): "invisible",
    ("dead_letter_queue", DEPTH): "dead",
    ("function", "ConcurrentExecutions"): "executions",
}
"""Metrics that are a state, by resource and name, and the series of each."""
_COUNTS: Mapping[tuple[str, str], str] = {
    ("queue", "NumberOfMessagesSent"): "sent",
    ("queue", "NumberOfMessagesDeleted"): "deleted",
    ("function", "Errors"): "errors",
    ("function", "Throttles"): "throttles",
    ("function", "Invocations"): "invocations",
    ("mapping", "FailedInvokeEventCount"): "failed",
}
"""Metrics that count, and the series of each."""
_OF_STATES: Mapping[str, Callable[[Sequence[float]], float]] = {"": max, "Maximum": max, "Minimum": min, "Average": mean}
_OF_COUNTS = ("", "Sum")


class UnknownMetricError(ValueError):
    """The model does not have a metric or its statistic. The text says which."""


def values_of(metric: Metric, period: int, series: Series, parameters: Parameters, workload: Workload) -> list[float]:
    """Return the values of a metric in each whole period (seconds). Raises UnknownMetricError."""
    key, statistic = (metric.of, metric.name), metric.statistic
    if key in _STATES and statistic in _OF_STATES:
        return [float(_OF_STATES[statistic](each)) for each in _periods(getattr(series, _STATES[key]), period, series.step)]
    if key in _COUNTS and statistic in _OF_COUNTS:
        return [float(sum(each)) for each in _periods(getattr(series, _COUNTS[key]), period, series.step)]
    if key == ("dead_letter_queue", AGE) and statistic in _OF_STATES:
        return [float(_OF_STATES[statistic](each)) for each in _periods(_age_in_dlq(series), period, series.step)]
    if key == ("function", "Duration") and (share := _share(statistic)) is not None:
        sizes = [round(max(each)) for each in _periods(series.batch, period, series.step)]
        durations = {size: _duration(parameters, workload.service, size, share) * 1_000 for size in set(sizes)}
        return [durations[size] for size in sizes]
    if key in _STATES or key in _COUNTS or key == ("function", "Duration"):
        raise UnknownMetricError(f"the model has no {statistic} of {metric.name}")
    raise UnknownMetricError(f"the model has no {metric.name}")


def _periods(values: Sequence[float], period: int, step: float) -> list[Sequence[float]]:
    length = max(round(period / step), 1)
    return [values[start : start + length] for start in range(0, len(values) - length + 1, length)]


def _age_in_dlq(series: Series) -> list[float]:
    """Return the age of the oldest message in the DLQ. It counts from the move, and nothing removes the message."""
    first = next((index for index, dead in enumerate(series.dead) if dead >= 0.5), len(series.dead))
    return [max(index - first, 0) * series.step for index in range(len(series.dead))]


def _share(statistic: str) -> float | None:
    """Return the share of invocations that a statistic of the duration covers. None: the statistic is not a percentile."""
    if statistic in ("", "Maximum"):
        return 1.0
    number = statistic[1:]
    return float(number) / 100 if statistic.startswith("p") and number.replace(".", "", 1).isdigit() else None


def _duration(parameters: Parameters, service: ServiceTime, size: int, share: float) -> float:
    """Return the duration that this share of the invocations with `size` messages does not exceed, in seconds."""
    if not size:
        return 0.0
    random = Random(1)  # noqa: S311 - no cryptography
    drawn = (service.draw(random, size) for _ in range(_DRAWN if len(service.values) > 1 else 1))
    times = sorted(min(parameters.processing_seconds(each), parameters.timeout) for each in drawn)
    return times[min(int(share * len(times)), len(times) - 1)]

"""Reads the workload in a worker's settings into the capacity model's `Workload`, and returns what it leads to."""

from __future__ import annotations

from queuesmith.capacity.constants import DEFAULT_PROFILE, PROFILES
from queuesmith.capacity.figures import figures_of
from queuesmith.capacity.parameters import Parameters
from queuesmith.capacity.quick import quick_run
from queuesmith.capacity.run import Series
from queuesmith.capacity.workload import ServiceTime, Workload, arrivals_of
from queuesmith.settings.derived.alarm_thresholds import WorkloadEffect
from queuesmith.settings.workload import WorkloadSettings

_PERIOD = 300
"""Seconds of a period of the alarm on the time to drain."""


def workload_of(workload: WorkloadSettings, expected_seconds: float) -> Workload:
    """Return the workload of the settings, in which the handler needs `expected_seconds` for each message."""
    peak = None if workload.peak is None else (workload.peak.rate, float(workload.peak.seconds))
    return Workload(
        phases=arrivals_of(workload.rate, peak),
        service=ServiceTime.constant(expected_seconds),
        message_bytes=workload.message_bytes,
        groups=workload.groups,
    )


def effect_of(parameters: Parameters, workload: Workload) -> WorkloadEffect | None:
    """Return what a workload leads to with the worst constants, or with the likely ones if it does not drain with the worst.

    None: it does not drain with these either, which must not be the normal state of an alarm.
    """
    for end in ("worst", "likely"):
        run, assumed = quick_run(parameters, workload, end), PROFILES[DEFAULT_PROFILE].assume(end)
        figures = figures_of(run, parameters, workload, assumed)
        if figures.drain is not None:
            drain = _time_to_drain(run.series)
            return WorkloadEffect(figures.metric_age, figures.backlog, drain, figures.maximum_rate)
    return None


def _time_to_drain(series: Series) -> float:
    """Return the highest value of the alarm's expression: waiting messages divided by the rate of deletions."""
    length = max(round(_PERIOD / series.step), 1)
    values = [0.0]
    for start in range(0, len(series.visible) - length + 1, length):
        deleted, waiting = sum(series.deleted[start : start + length]), max(series.visible[start : start + length])
        if deleted:
            values.append(waiting * _PERIOD / deleted)
    return max(values)

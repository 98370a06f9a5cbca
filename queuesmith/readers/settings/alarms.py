"""Reads the settings of the alarms into the rules' model."""

from __future__ import annotations

from queuesmith.rules import Alarm, Metric
from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived.alarm_specs import alarm_specs


def alarms_of(settings: WorkerSettings, *, sent: bool) -> tuple[Alarm, ...]:
    """Return the worker's metric alarms. The composite alarm is not included, because it watches alarms, not metrics."""
    return tuple(
        Alarm(
            address=f"alarms.{spec.key}",
            metrics=tuple(Metric(metric.name, metric.resource) for metric in spec.metrics),
            period=spec.period,
            evaluation_periods=spec.periods,
            datapoints_to_alarm=spec.datapoints,
            threshold=spec.threshold if spec.expression is None else None,
            comparison="GreaterThanOrEqualToThreshold",
            has_action=sent,
        )
        for spec in alarm_specs(settings)
    )

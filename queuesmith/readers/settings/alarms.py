"""Derives a worker's alarms from its settings and from what its workload leads to."""

from __future__ import annotations

from datetime import date

from queuesmith.readers.settings.functions import function_of, mapping_of
from queuesmith.readers.settings.queues import queue_of
from queuesmith.rules import Pipeline
from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived.alarm_specs import AlarmSpec, alarm_specs
from queuesmith.settings.derived.alarm_thresholds import WorkloadEffect


def worker_alarms(settings: WorkerSettings) -> list[AlarmSpec]:
    """Return the worker's enabled alarms with their thresholds. Only settings with a workload load the capacity model."""
    return alarm_specs(settings, None if settings.workload is None else _effect_of(settings))


def _effect_of(settings: WorkerSettings) -> WorkloadEffect | None:
    """Return what the workload leads to. None: values that it needs are missing, or known only after apply."""
    from queuesmith.capacity.parameters import parameters_of  # loads the capacity model, which few settings need
    from queuesmith.readers.settings.workload import effect_of, workload_of

    workload, seconds = settings.workload, settings.source.expected_seconds_per_record
    if workload is None or seconds is None or seconds <= 0:  # a token is negative
        return None
    # The alarms need no date, and the function's zip does not matter.
    pipeline = Pipeline(
        name=settings.name,
        today=date.min,
        queue=queue_of(settings),
        function=function_of(settings, read_zip=False),
        mapping=mapping_of(settings),
    )
    parameters = parameters_of(pipeline)
    if any(not each.endswith(".delay") for each in parameters.unknown):
        return None
    return effect_of(parameters, workload_of(workload, seconds))

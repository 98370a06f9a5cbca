"""Reads the workload in a worker's settings into the capacity model's `Workload`."""

from __future__ import annotations

from queuesmith.capacity.workload import ServiceTime, Workload, arrivals_of
from queuesmith.settings.workload import WorkloadSettings


def workload_of(workload: WorkloadSettings, expected_seconds: float) -> Workload:
    """Return the workload of the settings, in which the handler needs `expected_seconds` for each message."""
    peak = None if workload.peak is None else (workload.peak.rate, float(workload.peak.seconds))
    return Workload(
        phases=arrivals_of(workload.rate, peak),
        service=ServiceTime.constant(expected_seconds),
        message_bytes=workload.message_bytes,
        groups=workload.groups,
    )

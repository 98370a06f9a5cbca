"""The input of `capacity` that is read from AWS: service times from the function's log, and arrivals from CloudWatch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from queuesmith.cli.output import Output
from queuesmith.cli.target import Target
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import counted
from queuesmith.common.times import iso, parse_time

if TYPE_CHECKING:
    from queuesmith.capacity.workload import Phase, ServiceTime
    from queuesmith.rules import Pipeline

MOST_INVOCATIONS = 100_000
"""Invocations that are read. More change the percentiles little, and take minutes."""
_LONGEST = timedelta(days=31)
_SHORTEST = timedelta(minutes=5)
"""SQS publishes its metrics each minute, and some minutes late."""


@dataclass(frozen=True)
class Handled:
    """How long the handler took."""

    service: ServiceTime
    """For one message."""
    cold_start: float | None
    """Seconds. None: there was no cold start."""


@dataclass(frozen=True)
class Sources:
    """The time ranges to read, or None."""

    logs_since: datetime | None
    metrics_since: datetime | None
    now: datetime


def sources(
    from_logs: str | None,
    from_metrics: str | None,
    *,
    per_message: str | None,
    arrivals: Sequence[str | Path | None],
    plan: str | None,
) -> Sources:
    """Check `--from-logs` and `--from-metrics`. `arrivals` are --rate, --peak, --until and --trace."""
    if plan and (from_logs or from_metrics):
        option = "--from-logs" if from_logs else "--from-metrics"
        raise UsageError(
            f"{option} reads a deployed worker, so it cannot be combined with --plan. Specify ENVIRONMENT and WORKER"
        )
    if from_logs and per_message:
        raise UsageError("--from-logs has the service times, so it cannot be combined with --per-message")
    if from_metrics and any(arrivals):
        raise UsageError("--from-metrics has all arrivals, so it cannot be combined with --rate, --peak, --until or --trace")
    now = datetime.now(UTC)
    return Sources(_since(from_logs, "--from-logs", now), _since(from_metrics, "--from-metrics", now), now)


def measured(read: Sources, target: Target, output: Output, pipeline: Pipeline) -> dict[str, Any]:
    """Read the arrivals and the service times that the options name. Returns the fields of `Workload`."""
    fields: dict[str, Any] = {}
    if read.metrics_since:
        fields |= {"phases": arrivals(target, output, read.metrics_since, read.now), "is_typical": True}
    if read.logs_since:
        handled = service_times(target, output, read.logs_since, pipeline)
        fields |= {"service": handled.service, "cold_start": handled.cold_start}
    return fields


def _since(text: str | None, option: str, now: datetime) -> datetime | None:
    if text is None:
        return None
    since = parse_time(text, option, now)
    if not _SHORTEST <= now - since <= _LONGEST:
        raise UsageError(f'{option} is "{text}", but must be 5m to 31d before now, for example 2d')
    return since


def service_times(target: Target, output: Output, since: datetime, pipeline: Pipeline) -> Handled:
    """Read the service times and the cold starts from the log of the worker's function. Says what was read."""
    from queuesmith import operations
    from queuesmith.capacity.parameters import parameters_of
    from queuesmith.capacity.workload import ServiceTime
    from queuesmith.cli.logs import existing, log_group_of

    worker = target.worker()
    group, client = log_group_of(worker), worker.connection.client("logs")
    lines = existing(operations.read_invocations(client, group, since=since), worker, group, client.meta.region_name)
    read = list(islice(lines, MOST_INVOCATIONS))
    if not read:
        raise UsageError(
            f"--from-logs: {group} has no REPORT lines since {iso(since)}. Specify a longer time or --per-message, and set "
            "function.logs.system_level to INFO if it is WARN"
        )
    parameters = parameters_of(pipeline)
    used, sizes = operations.measurable(read, parameters.batch_size)
    if not used:
        raise UsageError(
            f"--from-logs: none of the {counted(len(read), 'invocation')} in {group} since {iso(since)} succeeded with "
            "messages. Specify a longer time or --per-message"
        )
    service = ServiceTime.of_invocations([each.seconds for each in used], sizes, parameters.message_concurrency)
    cold = [each.cold_start for each in read if each.cold_start is not None]
    said = (
        f"service times: {counted(len(used), 'invocation')} in {group} since {iso(since)}, {counted(sum(sizes), 'message')}. "
        f"A message takes {_ms(service.quantile(0.5))} (median), {_ms(service.quantile(0.99))} (p99)"
    )
    output.say(f"{said}. Cold start: {f'{_ms(median(cold))} (median of {len(cold)})' if cold else 'none in the log'}")
    if len(read) > len(used):
        output.say(f"not counted: {counted(len(read) - len(used), 'invocation')} that failed, or whose batch size is unknown")
    if len(read) == MOST_INVOCATIONS:
        output.say(f"only the first {MOST_INVOCATIONS:,} invocations were read")
    if parameters.batch_size > 1 and all(each.messages is None for each in used):
        output.say(
            "warning: the log has no batch sizes (metrics of queuesmith_worker), so each invocation counts as one message. "
            "With larger batches, the real time of a message is shorter. Use --per-message if you know it"
        )
    return Handled(service, median(cold) if cold else None)


def _ms(seconds: float) -> str:
    return f"{seconds:,.2f} s" if seconds >= 1 else f"{seconds * 1000:,.3g} ms"


def arrivals(target: Target, output: Output, since: datetime, now: datetime) -> tuple[Phase, ...]:
    """Read the arrivals from the metrics of the worker's queue. Says what was read."""
    from queuesmith import operations
    from queuesmith.capacity.workload import Phase

    worker = target.worker()
    queue = worker.queue.name
    found = operations.read_arrivals(worker.connection.client("cloudwatch"), queue, since=since, until=now)
    total = round(sum(found.messages))
    if not total:
        raise UsageError(
            f"--from-metrics: NumberOfMessagesSent of {queue} has no messages since {iso(found.start)}. Specify a longer time, "
            "or --rate"
        )
    minutes = counted(found.period // 60, "minute")
    output.say(f"arrivals: {counted(total, 'message')} sent to {queue} since {iso(found.start)}, in periods of {minutes}")
    return tuple(
        Phase(index * found.period, (index + 1) * found.period, messages / found.period)
        for index, messages in enumerate(found.messages)
    )

"""The input of `capacity`: the workload in options and files, and the pipeline in settings, Terraform or AWS."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from queuesmith.cli.target import Target
from queuesmith.common.errors import UsageError

if TYPE_CHECKING:
    from queuesmith.capacity.workload import Phase, ServiceTime, Workload
    from queuesmith.rules import Pipeline
    from queuesmith.settings.workload import WorkloadSettings

_HOLE = 1.5
"""Distances between two lines of a trace that are this many times the first one are holes."""


def arrivals(
    rate: str | None, peak: str | None, until: str | None, trace: Path | None, default: WorkloadSettings | None = None
) -> tuple[Phase, ...]:
    """Return the arrivals that the options describe, or those of the settings. Raises UsageError for bad values."""
    from queuesmith.capacity.units import parse_rate, parse_seconds
    from queuesmith.capacity.workload import LONGEST, PEAK_START, arrivals_of

    if trace:
        if rate or peak or until:
            raise UsageError("--trace has all arrivals, so it cannot be combined with --rate, --peak or --until")
        return trace_in(trace)
    if default is not None and not rate:
        rate, peak = _rates_of(default, peak)
    if not rate:
        raise UsageError(
            "Specify the arrivals: --rate 500/s, with --peak 5000/s:10m if there is one, --trace FILE, or --from-metrics 2w"
        )
    normal = parse_rate(rate, "--rate", allow_zero=bool(peak))
    end = parse_seconds(until, "--until") if until else None
    if end and end > LONGEST:
        raise UsageError(f'--until is "{until}", but must be at most 31d')
    if not peak:
        return arrivals_of(normal, until=end)
    highest, _, length = peak.partition(":")
    if not length:
        raise UsageError(f'--peak is "{peak}", but must be RATE:LENGTH, for example 5000/s:10m')
    seconds = parse_seconds(length, "--peak", shown=peak)
    if seconds + PEAK_START > LONGEST:
        raise UsageError(f'--peak is "{peak}", but must be shorter than 31d')
    if end is not None and end <= PEAK_START + seconds:
        raise UsageError(f'--until is "{until}", but the peak starts after 10m and must end before it. Increase --until')
    return arrivals_of(normal, (parse_rate(highest, "--peak"), seconds), end)


def _rates_of(workload: WorkloadSettings, peak: str | None) -> tuple[str, str | None]:
    """Return the workload's rate and peak as options write them. The option `peak` overrides its peak."""
    rate = f"{workload.rate}/s"
    if peak or not workload.peak:
        return rate, peak
    return rate, f"{workload.peak.rate}/s:{workload.peak.seconds}s"


def trace_in(file: Path) -> tuple[Phase, ...]:
    """Read a CSV file with the columns seconds and messages: how many messages arrived from that time to the next line's."""
    from queuesmith.capacity.units import HIGHEST_RATE
    from queuesmith.capacity.workload import LONGEST, Phase

    rows = _trace_rows(file)
    if len(rows) < 2:
        raise UsageError(f"--trace: {file} needs at least two lines: seconds,messages")
    step, start = rows[1][1] - rows[0][1], rows[0][1]
    phases = []
    for (_, moment, messages), (line, following, _) in zip(rows, [*rows[1:], (0, rows[-1][1] + step, 0.0)], strict=True):
        if following <= moment:
            raise UsageError(f"--trace: line {line} of {file} is not later than the line before. Sort the file by time")
        if following - moment > step * _HOLE:
            raise UsageError(
                f"--trace: {file} has no line between {moment:g} and {following:g} s (line {line}), but the first lines "
                f"are {step:g} s apart. Add lines with 0 messages"
            )
        if messages / (following - moment) > HIGHEST_RATE:
            raise UsageError(f"--trace: line {line} of {file} has more than {HIGHEST_RATE:,.0f} messages a second")
        phases.append(Phase(moment - start, following - start, messages / (following - moment)))
    if phases[-1].end > LONGEST:
        raise UsageError(f"--trace: {file} is longer than 31 days")
    if not any(phase.rate for phase in phases):
        raise UsageError(f"--trace: {file} has no messages")
    return tuple(phases)


def _trace_rows(file: Path) -> list[tuple[int, float, float]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"--trace: {file} cannot be read: {reason}") from error
    rows = []
    for number, row in enumerate(csv.reader(text.splitlines()), 1):
        if not row or (number == 1 and not re.match(r"\s*\d", row[0])):
            continue  # an empty line, or the header
        try:
            moment, messages = float(row[0]), float(row[1])
        except (ValueError, IndexError) as error:
            raise UsageError(f"--trace: line {number} of {file} must have two numbers: seconds,messages") from error
        if not (0 <= moment < 1e11 and 0 <= messages < 1e15):
            raise UsageError(f"--trace: line {number} of {file} has a number that is negative or too large")
        rows.append((number, moment, messages))
    return rows


def service_time(text: str) -> ServiceTime:
    """Parse `20ms`, or percentiles such as `p50=20ms,p99=150ms`."""
    from queuesmith.capacity.units import parse_seconds
    from queuesmith.capacity.workload import ServiceTime

    if "=" not in text:
        return ServiceTime.constant(parse_seconds(text, "--per-message"))
    found: dict[float, float] = {}
    for part in text.split(","):
        match = re.fullmatch(r"\s*p(\d{1,2}(?:\.\d+)?)\s*=\s*(\S+)\s*", part)
        if not match or not 0 < float(match[1]) < 100:
            raise UsageError(f'--per-message is "{text}", but must be a time, or percentiles such as p50=20ms,p99=150ms')
        found[float(match[1])] = parse_seconds(match[2], "--per-message")
    values = [found[key] for key in sorted(found)]
    if values != sorted(values):
        raise UsageError(f'--per-message is "{text}", but a higher percentile must not be shorter')
    return ServiceTime.of_percentiles(found)


def groups(text: str) -> tuple[int, float]:
    """Parse `200` or `200:zipf=1.1`: the number of message groups, and their skew."""
    match = re.fullmatch(r"\s*(\d{1,7})(?::zipf=(\d+(?:\.\d+)?))?\s*", text)
    if not match or not 1 <= int(match[1]) <= 1_000_000 or float(match[2] or 0) > 10:
        raise UsageError(f'--groups is "{text}", but must be a number from 1 to 1,000,000, such as 200 or 200:zipf=1.1')
    return int(match[1]), float(match[2] or 0)


def changes(texts: Sequence[str]) -> Mapping[str, int]:
    """Parse the settings of one `--try`: `source.maximum_concurrency=90,source.batch_size=100`."""
    found: dict[str, int] = {}
    for part in ",".join(texts).split(","):
        key, _, value = part.partition("=")
        if not re.fullmatch(r"\s*(\d{1,9}|true|false)\s*", value):
            raise UsageError(
                f'--try is "{part}", but must be KEY=VALUE with a number, true or false, for example '
                "source.maximum_concurrency=90"
            )
        found[key.strip()] = int(value) if value.strip().isdigit() else value.strip() == "true"
    return found


def pipeline_of(target: Target, plan: str | None, *, deployed: bool) -> tuple[Pipeline, str | None, WorkloadSettings | None]:
    """Return the pipeline, the region if it is known, and the workload if the pipeline is that of settings.

    Settings are the default; `plan` is a plan, file or folder.
    """
    options = target.options
    if plan is not None:
        pipeline = _in_terraform(plan, options["worker"] or options["environment"])
        return pipeline, options["region"] or _region_in(pipeline), None
    if deployed or any(options[name] for name in ("queue", "function", "dlq")):
        from queuesmith import checks

        worker = target.worker()
        return checks.read_deployed(worker, date.today()), worker.connection.client("sqs").meta.region_name, None
    if options["environment"] is None:
        raise UsageError("Specify an environment and a worker, --plan PATH for Terraform, or --queue NAME for what is deployed")
    return _in_settings(options["environment"], options["worker"], options["region"])


def _in_settings(
    environment: str, worker: str | None, region: str | None
) -> tuple[Pipeline, str | None, WorkloadSettings | None]:
    from queuesmith.readers.settings.pipeline import WorkerContext, settings_pipeline
    from queuesmith.settings.project import settings_of

    settings = settings_of(environment)
    names = sorted(settings.workers)
    if worker is None and len(names) != 1:
        raise UsageError(f"{environment} has several workers. Specify one of: {', '.join(names)}")
    name = worker or names[0]
    if name not in settings.workers:
        raise UsageError(f"{environment} has no worker {name}. Its workers are: {', '.join(names)}")
    context = WorkerContext.in_environment(settings.environment, settings.tags)
    pipeline = settings_pipeline(name, settings.workers[name], date.today(), context, read_zip=False)
    return pipeline, region or settings.region, settings.workers[name].workload


def _in_terraform(path: str, name: str | None) -> Pipeline:
    from queuesmith import checks
    from queuesmith.cli.check_inputs import inputs_of

    found = checks.read_terraform(inputs_of([path], [], [], None), date.today())
    if not found:
        raise UsageError(f"{path} has no pipeline: no event source mapping of an SQS queue was found")
    chosen = [each for each in found if name is None or name in each.name]
    if len(chosen) != 1:
        names = ", ".join(each.name for each in found)
        raise UsageError(f"{path} has {len(found)} pipelines. Name one of them after --plan {path}: {names}")
    return chosen[0]


def _region_in(pipeline: Pipeline) -> str | None:
    """Return the region in the ARNs of the queue and the function, which comes from their provider. None: it is unknown."""
    fields = [arn.split(":") for arn in (*pipeline.queue.arns, *pipeline.function.arns) if arn.startswith("arn:")]
    return next((each[3] for each in fields if re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", each[3])), None)


def expected_service_time(pipeline: Pipeline) -> ServiceTime:
    """Return the time for a message in the settings. Raises UsageError if they have none."""
    from queuesmith.capacity import ServiceTime

    seconds = pipeline.function.expected_seconds_per_record
    if seconds is None:
        raise UsageError(
            "Specify how long the handler needs for a message: --per-message 20ms, --from-logs 1h, or "
            "source.expected_seconds_per_record in the settings"
        )
    return ServiceTime.constant(seconds)


def check_workload(pipeline: Pipeline, workload: Workload) -> None:
    """Raise UsageError if the workload does not fit the pipeline."""
    from queuesmith.rules import Unknown

    fifo, timeout = pipeline.queue.fifo, pipeline.function.timeout
    if workload.groups and pipeline.queue.fair:
        raise UsageError(
            "--groups is for FIFO queues. A fair queue's groups affect only the cost, which has the surcharge. Remove it"
        )
    if workload.groups and fifo is False:
        raise UsageError("--groups is for FIFO queues. This queue is a standard queue. Remove it")
    if not isinstance(timeout, Unknown) and workload.service.mean > timeout:
        raise UsageError(
            f"--per-message is {workload.service.mean:g} s on average, but the function timeout is {timeout} s: every message "
            "fails. Increase function.timeout"
        )
    if any(each >= workload.until for each in workload.deploys):
        raise UsageError(f"--deploy-at must be before the end of the simulation ({workload.until:g} s). Increase --until")
    if workload.message_bytes and not any(phase.rate for phase in workload.phases):
        raise UsageError("--rate is 0, and there is no --peak. Nothing would happen")

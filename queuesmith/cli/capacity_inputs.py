"""The input of `capacity`: the workload in options and files, and the pipeline in settings, Terraform or AWS."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from queuesmith.cli.capacity_trace import trace_in
from queuesmith.cli.target import Target
from queuesmith.common.errors import UsageError

if TYPE_CHECKING:
    from queuesmith.capacity.workload import Phase, ServiceTime, Workload
    from queuesmith.rules import Pipeline
    from queuesmith.settings.workload import WorkloadSettings


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
    highest, seconds = _peak(peak, normal)
    if end is not None and end <= PEAK_START + seconds:
        raise UsageError(f'--until is "{until}", but the peak starts after 10m and must end before it. Increase --until')
    return arrivals_of(normal, (highest, seconds), end)


def _peak(text: str, normal: float) -> tuple[float, float]:
    """Parse `5000/s:10m`: the peak's rate, which is higher than the normal one, and its seconds."""
    from queuesmith.capacity.units import parse_rate, parse_seconds
    from queuesmith.capacity.workload import LONGEST, PEAK_START

    highest, _, length = text.partition(":")
    if not length:
        raise UsageError(f'--peak is "{text}", but must be RATE:LENGTH, for example 5000/s:10m')
    seconds, rate = parse_seconds(length, "--peak", shown=text), parse_rate(highest, "--peak")
    if seconds + PEAK_START > LONGEST:
        raise UsageError(f'--peak is "{text}", but must be shorter than 31d')
    if rate <= normal:
        raise UsageError(
            f'--peak is "{text}", but must be higher than the normal rate, {normal:,g}/s. Increase it, or remove it'
        )
    return rate, seconds


def _rates_of(workload: WorkloadSettings, peak: str | None) -> tuple[str, str | None]:
    """Return the workload's rate and peak as options write them. The option `peak` overrides its peak."""
    rate = f"{workload.rate}/s"
    if peak or not workload.peak:
        return rate, peak
    return rate, f"{workload.peak.rate}/s:{workload.peak.seconds}s"


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
        if float(match[1]) in found:
            raise UsageError(f'--per-message is "{text}", but has p{match[1]} twice. Remove one of them')
        found[float(match[1])] = parse_seconds(match[2], "--per-message")
    values = [found[key] for key in sorted(found)]
    if values != sorted(values):
        raise UsageError(f'--per-message is "{text}", but a higher percentile must not be shorter')
    return ServiceTime.of_percentiles(found)


def cold_start(text: str) -> float:
    """Parse the time of an initialization, at most that of the longest invocation."""
    from queuesmith.capacity.units import parse_seconds
    from queuesmith.rules import limits

    seconds = parse_seconds(text, "--cold", allow_zero=True)
    if seconds > limits.ORDINARY_FUNCTION_TIMEOUT.high:
        raise UsageError(f'--cold is "{text}", but must be at most {limits.ORDINARY_FUNCTION_TIMEOUT.high // 60}m')
    return seconds


def groups(text: str) -> tuple[int, float]:
    """Parse `200` or `200:zipf=1.1`: the number of message groups, and their skew."""
    match = re.fullmatch(r"\s*(\d{1,7})(?::zipf=(\d+(?:\.\d+)?))?\s*", text)
    if not match or not 1 <= int(match[1]) <= 1_000_000 or float(match[2] or 0) > 10:
        raise UsageError(f'--groups is "{text}", but must be a number from 1 to 1,000,000, such as 200 or 200:zipf=1.1')
    return int(match[1]), float(match[2] or 0)


def changes(texts: Sequence[str]) -> Mapping[str, int]:
    """Parse the settings of one `--try`: `source.maximum_concurrency=90,source.batch_size=100`."""
    from queuesmith.capacity.changes import KEYS

    found: dict[str, int] = {}
    for part in ",".join(texts).split(","):
        key, _, value = part.partition("=")
        if not re.fullmatch(r"\s*(\d{1,9}|true|false)\s*", value):
            raise UsageError(
                f'--try is "{part}", but must be KEY=VALUE with a number, true or false, for example '
                f"source.maximum_concurrency=90. The keys are: {', '.join(sorted(KEYS))}"
            )
        if key.strip() in found:
            raise UsageError(f'--try is "{",".join(texts)}", but has {key.strip()} twice. Remove one of them')
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
    from queuesmith.capacity.workload import SHORTEST
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
    if workload.until < SHORTEST:
        raise UsageError(
            f"the arrivals last {workload.until:g} s, but at least {SHORTEST:g} s are needed, because CloudWatch publishes its "
            "metrics once a minute. Increase --until, or use a longer trace"
        )
    if any(each >= workload.until for each in workload.deploys):
        raise UsageError(f"--deploy-at must be before the end of the simulation ({workload.until:g} s). Increase --until")
    if workload.message_bytes and not any(phase.rate for phase in workload.phases):
        raise UsageError("--rate is 0, and there is no --peak. Nothing would happen")

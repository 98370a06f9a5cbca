"""What `queuesmith.capacity` predicts for the messages that wait now, from what the console knows about a worker."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from botocore.exceptions import ClientError

from queuesmith import aws, checks, operations
from queuesmith.aws.boto_errors import is_access_denied, is_not_found, missing_permission
from queuesmith.capacity import Prediction, ServiceTime, Workload, predict, steady
from queuesmith.capacity.answer import answer, warnings
from queuesmith.capacity.parameters import parameters_of
from queuesmith.common.printing import counted
from queuesmith.common.times import short_duration
from queuesmith.console.jobs import Job, Jobs
from queuesmith.console.readings import Readings
from queuesmith.operations.metric_history import Point
from queuesmith.rules import Pipeline

MAXIMUM_AGE = 60.0
"""Seconds after which a prediction is made again while a page is open."""
SIMULATED = 7_200.0
"""Seconds from now that are simulated. A queue that is not drained then is extrapolated."""
RECENT = timedelta(minutes=15)
"""The time whose mean rate of arrivals is assumed to go on, and whose invocations show how long messages take."""
MOST_INVOCATIONS = 1_000


@dataclass(frozen=True)
class Forecast:
    """The prediction in sentences."""

    answer: str
    """What happens, or why there is no prediction."""
    warnings: list[str] = field(default_factory=list)
    basis: list[str] = field(default_factory=list)
    """What it is based on, and what is assumed."""


class Predictions:
    """The latest prediction of each worker. A new one is made in a job, so no page waits for it."""

    def __init__(self, readings: Readings, jobs: Jobs) -> None:
        self._readings, self._jobs = readings, jobs
        self._latest: dict[str, Forecast] = {}

    def latest(self, status: operations.WorkerStatus, history: operations.MetricHistory) -> Forecast | None:
        """The latest prediction; None if the first one is not ready. Raises the error of the job."""

        def work(_: Job) -> None:
            worker = self._readings.worker(status.worker)
            self._latest[status.worker] = forecast(worker, status, history)

        resource = f"{status.worker}/capacity"  # not the DLQ's, whose readings can take minutes
        job = self._jobs.get(resource, "predict", work)
        if time.monotonic() - job.started > MAXIMUM_AGE:
            job = self._jobs.get(resource, "predict", work, again=True)
        if status.worker not in self._latest:
            job.wait(0.2)
        if job.error is not None:
            raise job.error
        return self._latest.get(status.worker)


def forecast(worker: aws.DeployedWorker, status: operations.WorkerStatus, history: operations.MetricHistory) -> Forecast:
    """Predict what happens to the messages that wait now. Errors of AWS are boto3's."""
    queue = status.queue
    if queue is None or queue.visible is None or status.mapping is None or status.function is None:
        return Forecast("No prediction, because the queue, its event source mapping or its function could not be read.")
    if not queue.visible:
        return Forecast("No messages wait.")
    pipeline = checks.read_deployed(worker, date.today())
    service, source = _service_time(worker, pipeline)
    if service is None:
        return Forecast(f"No prediction, because it is unknown how long a message takes: {source}.")
    rate, arrivals = _recent_rate(history.sent)
    workload = Workload(
        phases=steady(rate, SIMULATED),
        service=service,
        backlog=queue.visible,
        backlog_age=float(queue.oldest_message_age or 0),
    )
    found = predict(pipeline, workload, region=worker.sqs.meta.region_name, engine="slots")
    is_paused = status.mapping.state in {"Disabled", "Disabling"}
    text = f"If the event source mapping is enabled now: {answer(found)}" if is_paused else answer(found)
    return Forecast(text, warnings(found), [source, arrivals, *_assumed(found, queue)])


def _service_time(worker: aws.DeployedWorker, pipeline: Pipeline) -> tuple[ServiceTime | None, str]:
    """How long a message takes, and a sentence about the source. None: it is unknown, and the reason."""
    parameters, recent = parameters_of(pipeline), short_duration(RECENT.total_seconds())
    logs = worker.connection.client("logs")
    lines = operations.read_invocations(logs, worker.log_group, since=datetime.now(UTC) - RECENT)
    try:
        used, sizes = operations.measurable(list(islice(lines, MOST_INVOCATIONS)), parameters.batch_size)
        missing = f"the log has no successful invocation in the last {recent}"
    except ClientError as error:
        if not (is_access_denied(error) or is_not_found(error)):
            raise
        used, sizes = [], []
        denied = f"access denied: {missing_permission(error)}" if is_access_denied(error) else "it does not exist"
        missing = f"the log cannot be read ({denied})"
    if used:
        service = ServiceTime.of_invocations([each.seconds for each in used], sizes, parameters.message_concurrency)
        each = f"{service.quantile(0.5) * 1_000:,.3g} ms (median)"
        return service, f"A message takes {each}: {counted(len(used), 'invocation')} in the log of the last {recent}."
    seconds = pipeline.function.expected_seconds_per_record
    if seconds is None:
        return None, f"{missing}, and source.expected_seconds_per_record is not set"
    setting = f"A message takes {seconds:g} s (source.expected_seconds_per_record)"
    return ServiceTime.constant(seconds), f"{setting}, because {missing}."


def _recent_rate(sent: Sequence[Point]) -> tuple[float, str]:
    """Messages a second that were sent lately, and a sentence about it."""
    if not sent:
        return 0.0, "No more messages arrive, because CloudWatch has no values of the last hours."
    since = datetime.now(UTC) - RECENT
    rate = sum(value for moment, value in sent if moment >= since) / RECENT.total_seconds()
    return rate, f"As many messages arrive as in the last {short_duration(RECENT.total_seconds())}: {rate:,.3g}/s."


def _assumed(found: Prediction, queue: operations.QueueStatus) -> Iterator[str]:
    if queue.oldest_message_age is None:
        yield "The oldest message was just sent, because CloudWatch has no value of its age."
    if found.parameters.is_fifo:
        yield "Each message has a message group of its own. In fewer groups, the messages take longer."
    yield from (f"{each[0].upper()}{each[1:]}." for each in found.parameters.assumed)

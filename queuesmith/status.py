"""What a worker is doing now: its queue and DLQ, its mapping, its function and its alarms.

from queuesmith.aws.directory import Selection, workers
from queuesmith.status import status

for each in status(workers(Selection("prod"))):
print(each.worker, each.queue.visible, each.problems)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from queuesmith.aws.queues import Depth, Queue, depth
from queuesmith.aws.refusals import denied, is_denied, is_missing
from queuesmith.aws.worker import Worker
from queuesmith.deployed.alarms import AlarmState, alarm_states
from queuesmith.errors import NotFoundError
from queuesmith.logs import Event, read

AGE_WINDOW = timedelta(minutes=5)
"""SQS reports the age of the oldest message each minute, some minutes late."""
ERRORS_WINDOW = timedelta(hours=1)
LAST_ERRORS = 3
"""Lines of the log that are shown."""
AT_ONCE = 8
"""Workers that are read at the same time: each takes some eight requests."""
_SERVICES = ("cloudwatch", "lambda", "logs", "sqs")


@dataclass(frozen=True)
class QueueStatus:
    """A queue now. Counts are SQS's estimates."""

    name: str
    """Its name in SQS."""
    visible: int
    """Messages that wait to be received."""
    in_flight: int
    """Received, and neither deleted nor visible again."""
    delayed: int
    """Sent with a delay that has not passed."""
    oldest: int | None
    """Seconds that the oldest message has waited (CloudWatch, some minutes late); null where there is no figure."""


@dataclass(frozen=True)
class MappingStatus:
    """The event source mapping now."""

    uuid: str
    """By which Lambda knows it."""
    state: str
    """`Enabled`, `Disabled`, `Enabling`, `Disabling`, `Creating`, `Updating` or `Deleting`."""
    last_result: str
    """What Lambda says of its last poll or batch."""


@dataclass(frozen=True)
class FunctionStatus:
    """The function now."""

    name: str
    """Its name in Lambda."""
    state: str
    """`Active`, `Inactive`, `Pending` or `Failed`."""
    last_update: str
    """`Successful`, `Failed` or `InProgress`."""
    errors: int | None
    """Invocations that failed in the last hour (CloudWatch); null where there is no figure."""
    throttles: int | None
    """Invocations that were refused in the last hour; null where there is no figure."""
    last_errors: list[Event]
    """The last lines of its log in the last hour that are errors."""


@dataclass(frozen=True)
class Status:
    """A worker now."""

    environment: str | None
    """Null where it was named directly."""
    worker: str
    """What it is called in `config/`, or by its tag; the queue or function where it was named directly."""
    queue: QueueStatus
    """The queue that it works off."""
    dead_letter_queue: QueueStatus | None
    """Null where it has none."""
    mapping: MappingStatus | None
    """Null where there is none, or it may not be read."""
    function: FunctionStatus | None
    """Null where there is none, or it may not be read."""
    alarms: list[AlarmState]
    """Those on the queue, the DLQ and the function, and those composed of them."""
    problems: list[str]
    """What needs somebody, in sentences; empty where all is well."""
    not_read: list[str]
    """What could not be read, and why."""


def status(workers: Sequence[Worker], now: datetime | None = None) -> list[Status]:
    """The status of each worker, in their order.

    Raises NotFoundError where a queue is not there, and what boto3 raises. What the caller may not read is named in
    `not_read`.
    """
    moment = now or datetime.now(UTC)
    for worker in workers:
        for service in _SERVICES:
            worker.connection.client(service)  # boto3 makes clients in one thread only; they work in all
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda worker: _Reading(worker, moment).status(), workers))


class _Reading:
    """Reads one worker; what may not be read is noted, and left out."""

    def __init__(self, worker: Worker, now: datetime) -> None:
        self._worker, self._now = worker, now
        self._not_read: list[str] = []

    def status(self) -> Status:
        worker = self._worker
        queue = worker.queue
        dlq = self._dead_letter_queue()
        mapping, function = self._mapping(), self._function()
        figures = self._figures(queue, dlq, function)
        found = Status(
            worker.names.environment,
            worker.name,
            self._queue(queue, figures.get("age")),
            self._queue(dlq, figures.get("dead_age")) if dlq else None,
            mapping,
            self._function_status(function, figures) if function else None,
            self._alarms(queue, dlq, function),
            [],
            self._not_read,
        )
        found.problems.extend(_problems(found))
        return found

    def _dead_letter_queue(self) -> Queue | None:
        try:
            return self._worker.dead_letter_queue
        except NotFoundError:
            return None

    def _mapping(self) -> MappingStatus | None:
        try:
            mapping = self._worker.mapping
        except NotFoundError:
            return None
        except ClientError as error:
            self._not_allowed(error, "the mapping")
            return None
        return MappingStatus(mapping["UUID"], mapping["State"], mapping.get("LastProcessingResult", ""))

    def _function(self) -> dict[str, Any] | None:
        try:
            return self._worker.function
        except NotFoundError:
            return None
        except ClientError as error:
            if not is_missing(error):
                self._not_allowed(error, "the function")
            return None

    def _queue(self, queue: Queue, oldest: int | None) -> QueueStatus:
        try:
            found = depth(self._worker.sqs, queue)
        except ClientError as error:
            self._not_allowed(error, queue.name)
            found = Depth(0, 0, 0)
        waits = found.total > 0
        return QueueStatus(queue.name, found.visible, found.in_flight, found.delayed, oldest if waits else None)

    def _function_status(self, function: dict[str, Any], figures: dict[str, int]) -> FunctionStatus:
        return FunctionStatus(
            function["FunctionName"],
            function.get("State", "Active"),
            function.get("LastUpdateStatus", "Successful"),
            figures.get("errors"),
            figures.get("throttles"),
            self._last_errors(),
        )

    def _last_errors(self) -> list[Event]:
        try:
            logs = self._worker.connection.client("logs")
            events = read(logs, self._worker.log_group, since=self._now - ERRORS_WINDOW, level="ERROR")
            return list(events)[-LAST_ERRORS:]
        except ClientError as error:
            if not is_missing(error):
                self._not_allowed(error, "the log")
            return []

    def _figures(self, queue: Queue, dlq: Queue | None, function: dict[str, Any] | None) -> dict[str, int]:
        """The last figures of CloudWatch, by their ids."""
        age, sums = "ApproximateAgeOfOldestMessage", ERRORS_WINDOW
        asked = [("age", "AWS/SQS", age, "QueueName", queue.name, AGE_WINDOW)]
        if dlq:
            asked.append(("dead_age", "AWS/SQS", age, "QueueName", dlq.name, AGE_WINDOW))
        if function:
            name = function["FunctionName"]
            asked.append(("errors", "AWS/Lambda", "Errors", "FunctionName", name, sums))
            asked.append(("throttles", "AWS/Lambda", "Throttles", "FunctionName", name, sums))
        queries = [_query(*each) for each in asked]
        try:
            answer = self._worker.connection.client("cloudwatch").get_metric_data(
                MetricDataQueries=queries, StartTime=self._now - ERRORS_WINDOW, EndTime=self._now, ScanBy="TimestampDescending"
            )
        except ClientError as error:
            self._not_allowed(error, "figures of CloudWatch")
            return {}
        return {result["Id"]: int(result["Values"][0]) for result in answer["MetricDataResults"] if result.get("Values")}

    def _alarms(self, queue: Queue, dlq: Queue | None, function: dict[str, Any] | None) -> list[AlarmState]:
        names = [queue.name, *([dlq.name] if dlq else []), *([function["FunctionName"]] if function else [])]
        try:
            return alarm_states(self._worker, names)
        except ClientError as error:
            self._not_allowed(error, "alarms")
            return []

    def _not_allowed(self, error: ClientError, what: str) -> None:
        if not is_denied(error):
            raise error
        self._not_read.append(f"{what}: access denied: {denied(error)}")


def _query(id: str, namespace: str, metric: str, dimension: str, name: str, window: timedelta) -> dict[str, Any]:
    statistic = "Maximum" if "Age" in metric else "Sum"
    period = int(window.total_seconds())
    of = {"Namespace": namespace, "MetricName": metric, "Dimensions": [{"Name": dimension, "Value": name}]}
    return {"Id": id, "MetricStat": {"Metric": of, "Period": period, "Stat": statistic}}


def _problems(found: Status) -> Iterator[str]:
    dlq, mapping, function = found.dead_letter_queue, found.mapping, found.function
    if dlq and dlq.visible + dlq.in_flight:
        count = dlq.visible + dlq.in_flight
        yield f"{dlq.name} holds {count:,} message{'s' if count > 1 else ''}"
    if mapping is None and not any(each.startswith("the mapping") for each in found.not_read):
        yield f"no event source mapping reads {found.queue.name}"
    if mapping and mapping.state in {"Disabled", "Disabling", "Deleting"}:
        yield f"the mapping is {mapping.state.lower()}: nothing is worked off"
    if mapping and mapping.last_result.upper().startswith(("PROBLEM", "FAILED")):
        yield f"the mapping says: {mapping.last_result}"
    if function and function.state in {"Failed", "Inactive"}:
        yield f"{function.name} is {function.state.lower()}"
    if function and function.last_update == "Failed":
        yield f"the last update of {function.name} failed"
    yield from (f"the alarm {alarm.name} is on" for alarm in found.alarms if alarm.state == "ALARM")

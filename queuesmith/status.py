"""What a worker is doing now: its queue and DLQ, its mapping, its function and its alarms.

    from queuesmith.aws.directory import Selection, workers
    from queuesmith.status import status

    for each in status(workers(Selection("prod"))):
        print(each.worker, each.queue.visible, each.problems)

What may not be read is named, and the rest is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from queuesmith.aws.queues import Queue, depth
from queuesmith.aws.refusals import denied, is_denied, is_missing
from queuesmith.aws.worker import Worker
from queuesmith.deployed.alarms import AlarmState, alarm_states
from queuesmith.deployed.figures import WINDOW, Figures, figures
from queuesmith.errors import NotFoundError
from queuesmith.logs import Event, last_errors

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
    visible: int | None
    """Messages that wait to be received; null, as the other counts, where they may not be read."""
    in_flight: int | None
    """Received, and neither deleted nor visible again."""
    delayed: int | None
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
    """The last lines of its log in the last hour that are warnings or errors: a message that failed is a warning."""


@dataclass(frozen=True)
class Status:
    """A worker now."""

    environment: str | None
    """Null where it was named directly."""
    worker: str
    """What it is called in `config/`, or by its tag; the queue or function where it was named directly."""
    queue: QueueStatus | None
    """The queue that it works off; null where it is not there, or may not be read."""
    dead_letter_queue: QueueStatus | None
    """Null where it has none, or it may not be read."""
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

    What the caller may not read is named in `not_read`, and what is not there in `problems`. Raises NotFoundError where a queue
    or function that was named directly is not there, and what boto3 raises.
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
        self._missing: list[str] = []

    def status(self) -> Status:
        worker = self._worker
        queue = self._found("the queue", lambda: worker.queue)
        dlq = self._dead_letter_queue() if queue or worker.names.dead_letter_queue else None
        mapping, function = self._mapping() if queue else None, self._function()
        known = self._figures(queue, dlq, function)
        found = Status(
            worker.names.environment,
            worker.name,
            self._queue(queue, known.age) if queue else None,
            self._queue(dlq, known.dead_letter_age) if dlq else None,
            mapping,
            self._function_status(function, known) if function else None,
            self._alarms(queue, dlq, function),
            self._missing,
            self._not_read,
        )
        found.problems.extend(_problems(found))
        return found

    def _found(self, what: str, find: Callable[[], Queue]) -> Queue | None:
        """A queue; None where it is not there, in an environment that has other workers, or may not be read."""
        try:
            return find()
        except NotFoundError as error:
            if self._worker.names.environment is None:
                raise
            self._missing.append(str(error))
        except ClientError as error:
            if self._worker.names.environment is None:
                raise
            self._not_allowed(error, what)
            self._missing.append(f"{what} may not be read")
        return None

    def _dead_letter_queue(self) -> Queue | None:
        try:
            return self._worker.dead_letter_queue
        except NotFoundError:
            return None
        except ClientError as error:
            self._not_allowed(error, "the DLQ")
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
            return QueueStatus(queue.name, None, None, None, None)
        return QueueStatus(queue.name, found.visible, found.in_flight, found.delayed, oldest if found.total else None)

    def _function_status(self, function: dict[str, Any], known: Figures) -> FunctionStatus:
        return FunctionStatus(
            function["FunctionName"],
            function.get("State", "Active"),
            function.get("LastUpdateStatus", "Successful"),
            known.errors,
            known.throttles,
            self._last_errors(),
        )

    def _last_errors(self) -> list[Event]:
        try:
            logs = self._worker.connection.client("logs")
            return last_errors(logs, self._worker.log_group, since=self._now - WINDOW, most=LAST_ERRORS)
        except ClientError as error:
            if not is_missing(error):
                self._not_allowed(error, "the log")
            return []

    def _figures(self, queue: Queue | None, dlq: Queue | None, function: dict[str, Any] | None) -> Figures:
        try:
            return figures(
                self._worker.connection.client("cloudwatch"),
                self._now,
                queue=queue.name if queue else None,
                dead_letter_queue=dlq.name if dlq else None,
                function=self._worker.function_name if function else None,
            )
        except ClientError as error:
            self._not_allowed(error, "figures of CloudWatch")
            return Figures()

    def _alarms(self, queue: Queue | None, dlq: Queue | None, function: dict[str, Any] | None) -> list[AlarmState]:
        names = [*(each.name for each in (queue, dlq) if each), *([function["FunctionName"]] if function else [])]
        try:
            return alarm_states(self._worker, names)
        except ClientError as error:
            self._not_allowed(error, "alarms")
            return []

    def _not_allowed(self, error: ClientError, what: str) -> None:
        if not is_denied(error):
            raise error
        self._not_read.append(f"{what}: access denied: {denied(error)}")


def _problems(found: Status) -> Iterator[str]:
    queue, dlq, mapping, function = found.queue, found.dead_letter_queue, found.mapping, found.function
    if dlq and (count := (dlq.visible or 0) + (dlq.in_flight or 0)):
        yield f"{dlq.name} holds {count:,} message{'s' if count > 1 else ''}"
    if queue and dlq is None and not any(each.startswith("the DLQ") for each in found.not_read):
        yield f"{queue.name} has no DLQ: messages that keep failing are tried until they expire, then lost"
    if queue and mapping is None and not any(each.startswith("the mapping") for each in found.not_read):
        yield f"no event source mapping reads {queue.name}"
    if mapping and mapping.state in {"Disabled", "Disabling", "Deleting"}:
        yield f"the mapping is {mapping.state.lower()}: nothing is worked off"
    if mapping and mapping.last_result.upper().startswith(("PROBLEM", "FAILED")):
        yield f"the mapping says: {mapping.last_result}"
    if function and function.state in {"Failed", "Inactive"}:
        yield f"{function.name} is {function.state.lower()}"
    if function and function.last_update == "Failed":
        yield f"the last update of {function.name} failed"
    yield from (f"the alarm {alarm.name} is on" for alarm in found.alarms if alarm.state == "ALARM")

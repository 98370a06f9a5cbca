"""Reads the current state of workers: queue and DLQ, its event source mapping, its function and its alarms.

    from queuesmith.aws.discovery import Selection, find_workers
    from queuesmith.operations import read_status

    for each in read_status(find_workers(Selection("prod"))):
        print(each.worker, each.queue.visible, each.problems)

Parts that the caller is not allowed to read are listed in `not_read`. The other parts are returned.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, TypeVar

from queuesmith.aws.queues import DeployedQueue, read_depth
from queuesmith.aws.worker import DeployedWorker
from queuesmith.common.errors import NotFoundError
from queuesmith.common.printing import counted
from queuesmith.operations.log_reading import last_errors
from queuesmith.operations.worker_status import FunctionStatus, MappingStatus, QueueStatus, WorkerStatus
from queuesmith.readers.deployed.current_state import WINDOW, RecentMetrics, alarm_states, read_metrics
from queuesmith.readers.deployed.unknown_responses import call_or_unknown
from queuesmith.rules import Unknown

T = TypeVar("T")

LAST_ERRORS = 3
"""Log lines to show."""
PARALLEL = 8
"""Workers that are read in parallel. Each needs about eight requests."""
QUEUE, DLQ, MAPPING, FUNCTION, ALARMS = "the queue", "the DLQ", "the event source mapping", "the function", "the alarms"


def read_status(workers: Sequence[DeployedWorker]) -> list[WorkerStatus]:
    """Read the status of each worker, in the given order.

    Parts that the caller is not allowed to read are listed in `not_read`; missing parts are listed in `problems`. Raises
    NotFoundError if a directly named queue or function does not exist. Other errors are boto3's.
    """
    now = datetime.now(UTC)
    futures = [Future[WorkerStatus]() for _ in workers]
    waiting = deque(zip(workers, futures, strict=True))
    # daemon threads: with a thread pool, Ctrl-C would wait for requests without a response
    for _ in range(min(PARALLEL, len(workers))):
        threading.Thread(target=_read_waiting, args=(waiting, now), daemon=True).start()
    try:
        return [future.result() for future in futures]
    finally:
        waiting.clear()


def _read_waiting(waiting: deque[tuple[DeployedWorker, Future[WorkerStatus]]], now: datetime) -> None:
    """Read workers until the queue of waiting workers is empty."""
    while True:
        try:
            worker, future = waiting.popleft()
        except IndexError:
            return
        try:
            future.set_result(_StatusReader(worker, now).status())
        except BaseException as error:
            future.set_exception(error)


class _StatusReader:
    """Reads one worker. Parts that the caller is not allowed to read are noted and skipped."""

    def __init__(self, worker: DeployedWorker, now: datetime) -> None:
        self._worker, self._now = worker, now
        self._not_read: dict[str, str] = {}
        """What could not be read, with the reason."""
        self._missing: dict[str, str] = {}

    def status(self) -> WorkerStatus:
        worker = self._worker
        queue = self._worker_queue()
        dlq = self._read(DLQ, lambda: worker.dead_letter_queue) if queue or worker.names.dead_letter_queue else None
        mapping = self._read(MAPPING, lambda: worker.mapping) if queue else None
        function = self._read(FUNCTION, lambda: worker.function)
        names = {
            "queue": queue.name if queue else None,
            "dead_letter_queue": dlq.name if dlq else None,
            "function": str(function["FunctionName"]) if function else None,
        }
        cloudwatch = worker.connection.client("cloudwatch")
        metrics = self._read("the CloudWatch metrics", lambda: read_metrics(cloudwatch, self._now, **names)) or RecentMetrics()
        status = WorkerStatus(
            worker.names.environment,
            worker.name,
            self._queue(queue, metrics.age) if queue else None,
            self._queue(dlq, metrics.dead_letter_age) if dlq else None,
            MappingStatus(mapping["UUID"], mapping["State"], mapping.get("LastProcessingResult", "")) if mapping else None,
            self._function(function, metrics) if function else None,
            self._read(ALARMS, lambda: alarm_states(worker, [name for name in names.values() if name])) or [],
            [],
            list(self._not_read.values()),
            list(self._unknown(has_queue=queue is not None)),
        )
        status.problems.extend(self._problems(status))
        return status

    def _read(self, what: str, read: Callable[[], T]) -> T | None:
        """The result of `read`; None if the part is missing or not readable, which is noted."""
        try:
            part = call_or_unknown(what, read)
        except NotFoundError as error:
            self._missing[what] = str(error)
            return None
        if isinstance(part, Unknown):
            self._not_read[what] = part.what
            return None
        return part

    def _unknown(self, *, has_queue: bool) -> Iterator[str]:
        """The keys of the parts that could not be read. Without the queue, the parts that are found by it are unknown, too."""
        names = self._worker.names
        parts = {
            "queue": (QUEUE, True),
            "dead_letter_queue": (DLQ, has_queue or names.dead_letter_queue),
            "mapping": (MAPPING, has_queue),
            "function": (FUNCTION, has_queue or names.function),
            "alarms": (ALARMS, has_queue),
        }
        yield from (key for key, (part, can_be_found) in parts.items() if part in self._not_read or not can_be_found)

    def _worker_queue(self) -> DeployedQueue | None:
        """The worker's queue. If it was named directly, errors are raised, because there is nothing else to show."""
        if self._worker.names.environment is None:
            return self._worker.queue
        return self._read(QUEUE, lambda: self._worker.queue)

    def _queue(self, queue: DeployedQueue, oldest_message_age: int | None) -> QueueStatus:
        depth = self._read(queue.name, lambda: read_depth(self._worker.sqs, queue))
        if depth is None:
            return QueueStatus(queue.name, None, None, None, None)
        age = oldest_message_age if depth.total else None
        return QueueStatus(queue.name, depth.visible, depth.in_flight, depth.delayed, age)

    def _function(self, function: dict[str, Any], metrics: RecentMetrics) -> FunctionStatus:
        logs, since = self._worker.connection.client("logs"), self._now - WINDOW
        lines = self._read("the log", lambda: last_errors(logs, self._worker.log_group, since=since, limit=LAST_ERRORS))
        return FunctionStatus(
            function["FunctionName"],
            function.get("State", "Active"),
            function.get("LastUpdateStatus", "Successful"),
            metrics.errors,
            metrics.throttles,
            lines or [],
        )

    def _problems(self, status: WorkerStatus) -> Iterator[str]:
        queue, dlq, mapping, function = status.queue, status.dead_letter_queue, status.mapping, status.function
        if queue is None and status.environment is not None:
            yield self._missing.get(
                QUEUE, "the queue could not be read" if QUEUE in self._not_read else "the queue does not exist"
            )
        if dlq and (count := (dlq.visible or 0) + (dlq.in_flight or 0)):
            yield f"{dlq.name} holds {counted(count, 'message')}"
        if queue and dlq is None and DLQ not in self._not_read:
            yield f"{queue.name} has no DLQ, so messages that keep failing are retried until SQS deletes them"
        if queue and mapping is None and MAPPING not in self._not_read:
            yield f"{queue.name} has no event source mapping, so no messages are processed"
        if mapping and mapping.state in {"Disabled", "Disabling", "Deleting"}:
            yield f"the event source mapping is {mapping.state.lower()}, so no messages are processed"
        if mapping and mapping.last_result.upper().startswith(("PROBLEM", "FAILED")):
            yield f"the event source mapping reports: {mapping.last_result}"
        if function and function.state in {"Failed", "Inactive"}:
            yield f"the function {function.name} is {function.state.lower()}"
        if function and function.last_update == "Failed":
            yield f"the last update of the function {function.name} failed"
        yield from (f"the alarm {alarm.name} is in ALARM" for alarm in status.alarms if alarm.state == "ALARM")

"""SQS's own redrive: starts a message move task, follows it, and cancels it on request."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error, error_code, is_not_found, is_unknown_action
from queuesmith.aws.lost_responses import may_have_succeeded
from queuesmith.aws.queues import DeployedQueue, Depth
from queuesmith.common.errors import AwsError
from queuesmith.common.signals import Stop
from queuesmith.operations.redriving.result import MOVE, RedriveResult

POLL = 1.0
"""Seconds between two requests for the task's state."""
LISTING_TIMEOUT = 30.0
"""Seconds within which SQS has to list a started task."""
MAXIMUM_ERRORS = 5
"""The number of consecutive failed requests, or failed attempts to cancel the task, after which it is no longer followed."""
COUNTING_TIME = 10.0
"""Seconds within which SQS updates the number of moved messages of a task that is already `COMPLETED`."""
HAS_A_TASK = frozenset({"InvalidParameterValue", "UnsupportedOperation"})
"""Errors if the DLQ already has a task: AWS returns the first one, and its API reference lists the second one."""
RUNNING, CANCELLING = "RUNNING", "CANCELLING"


@dataclass(frozen=True)
class MoveTask:
    """A message move task as SQS describes it."""

    state: str
    """`RUNNING`, `COMPLETED`, `CANCELLING`, `CANCELLED` or `FAILED`."""
    moved: int
    """The approximate number of moved messages."""
    total: int
    """The approximate number of messages to move when the task started."""
    failure: str | None = None
    """Why the task failed."""
    handle: str | None = None
    """The handle that cancels it, while it runs."""
    destination: str | None = None
    """The ARN of the destination queue; None: each message's source queue."""
    started: int = 0
    """The start in milliseconds since 1970."""

    @property
    def is_running(self) -> bool:
        """Whether the task is in progress."""
        return self.state in (RUNNING, CANCELLING)

    @property
    def is_listed(self) -> bool:
        """Whether SQS lists the task. False for the placeholder of a task that was just started."""
        return bool(self.total or self.started)

    def is_same(self, other: MoveTask | None) -> bool:
        """Whether this is the other task. A queue has one task at a time."""
        return other is not None and self.started == other.started


def move_all(
    sqs: Any,
    dlq: DeployedQueue,
    queue: DeployedQueue,
    rate: int | None,
    stop: Stop,
    result: RedriveResult,
    on_progress: Callable[[RedriveResult], None],
    depth: Depth,
) -> RedriveResult:
    """Move all messages, and wait for the end. If a task to the same queue is already running, that task is followed instead.

    When `stop` is set, a task that was started here is cancelled; a task of another caller is not. The destination is always
    given, because messages that a handler sent to the DLQ have no source queue that SQS knows. Messages that were invisible
    at the start (`depth`) and that the task did not move are counted as not received. Raises AwsError if a task to another
    queue is running. Until a task is started, boto3's exceptions propagate.
    """
    latest = latest_task(sqs, dlq)
    if latest is not None and latest.is_running:
        _check_destination(latest, dlq, queue)
        _TaskFollower(sqs, dlq, stop, result, on_progress, None, latest).follow()
        return result
    handle, task = None, MoveTask(RUNNING, 0, 0)
    limit = {"MaxNumberOfMessagesPerSecond": rate} if rate else {}
    try:
        handle = sqs.start_message_move_task(SourceArn=dlq.arn, DestinationArn=queue.arn, **limit)["TaskHandle"]
    except (BotoCoreError, ClientError) as error:
        task = _task_after_failed_start(error, sqs, dlq, queue, latest)
    _TaskFollower(sqs, dlq, stop, result, on_progress, handle, task, latest).follow()
    if result.state == "COMPLETED":
        result.not_received = max(0, min(depth.total - result.moved, depth.in_flight + depth.delayed))
        result.approximate_count += result.not_received
    return result


def _task_after_failed_start(
    error: BotoCoreError | ClientError, sqs: Any, dlq: DeployedQueue, queue: DeployedQueue, previous: MoveTask | None
) -> MoveTask:
    """Return the task that exists although starting it failed: the response was lost, or another caller was faster.

    Raises AwsError if that task moves messages to another queue, or if SQS cannot tell whether a task exists. Otherwise raises
    `error`.
    """
    is_lost = may_have_succeeded(error)
    if not (is_lost or error_code(error) in HAS_A_TASK):
        raise error
    try:
        task = latest_task(sqs, dlq)
    except (BotoCoreError, ClientError) as second_error:
        hint = "SQS may have started to move the messages. To find out, run the same command again"
        raise AwsError(f"{as_aws_error(error)}. {hint}") from second_error
    if task is None or task.is_same(previous):
        raise error
    if task.is_running:
        _check_destination(task, dlq, queue)
    elif not (is_lost and task.destination == queue.arn):
        raise error
    return task


def _check_destination(task: MoveTask, dlq: DeployedQueue, queue: DeployedQueue) -> None:
    """Raise AwsError if a running task moves messages to another queue."""
    if task.destination == queue.arn:
        return
    destination = task.destination or "their source queues"
    cancel = f", or cancel it: aws sqs cancel-message-move-task --task-handle {task.handle}" if task.handle else ""
    raise AwsError(
        f"SQS is already moving messages from {dlq.name} to {destination}: {task.moved:,} of about {task.total:,} moved so "
        f"far. A DLQ can have only one move task at a time. Wait until it ends{cancel}"
    )


class _NotFollowedError(Exception):
    """Why the task is no longer followed while SQS continues it."""


@dataclass
class _TaskFollower:
    """Follows a task until it ends, and records it in `result`."""

    sqs: Any
    dlq: DeployedQueue
    stop: Stop
    result: RedriveResult
    on_progress: Callable[[RedriveResult], None]
    handle: str | None
    """The handle of a task that was started here."""
    task: MoveTask
    previous: MoveTask | None = None
    """The task before. Right after the start, SQS can still list it."""
    deadline: float = field(default_factory=lambda: time.monotonic() + LISTING_TIMEOUT)
    counted_by: float | None = None
    """When SQS has updated the counts of the completed task."""
    is_cancelled: bool = False
    cancel_errors: int = 0
    errors: int = 0

    def follow(self) -> None:
        """Follow the task to its end, or until it can no longer be followed."""
        try:
            while self._advance():
                time.sleep(POLL) if self.stop.is_set() else self.stop.wait(POLL)  # wait() returns immediately once stop is set
        except _NotFollowedError as error:
            self.result.add_reason(f"{error}. SQS continues the task. To follow it, run the same command again")
        self._record()
        if self.task.failure:
            self.result.add_reason(self.task.failure)
        self.result.not_moved = 0 if self.task.state == "COMPLETED" else max(0, self.task.total - self.task.moved)
        self.result.selected = self.result.moved + self.result.not_moved

    def _advance(self) -> bool:
        """Cancel the task if that is requested, read its state and report it. Returns whether its state or counts can change.

        Raises _NotFollowedError if SQS does not list the task in time.
        """
        if self.stop.is_set() and self.task.is_running and not self.is_cancelled:
            self._cancel()
        self._update()
        if self.task.is_running and self.task.is_listed:
            self._record()
        elif self.task.is_running and time.monotonic() > self.deadline:
            raise _NotFollowedError("SQS does not list the task that was started")
        return self.task.is_running or self._is_counting()

    def _is_counting(self) -> bool:
        """Whether SQS may still be updating the counts of the completed task."""
        if self.stop.is_set() or self.task.state != "COMPLETED" or self.task.moved >= self.task.total:
            return False
        self.counted_by = self.counted_by or time.monotonic() + COUNTING_TIME
        return time.monotonic() < self.counted_by

    def _cancel(self) -> None:
        """Cancel the task. Raises _NotFollowedError if the task is another caller's, or if SQS keeps refusing."""
        if self.handle is None:
            raise _NotFollowedError("the task was not cancelled, because another caller started it")
        try:
            self.sqs.cancel_message_move_task(TaskHandle=self.handle)
            self.is_cancelled = True
        except (BotoCoreError, ClientError) as error:
            # not found or UnsupportedOperation: the task has just ended, and its state says how
            self.is_cancelled = is_not_found(error) or is_unknown_action(error)
            self.cancel_errors += 1
            if not self.is_cancelled and self.cancel_errors == MAXIMUM_ERRORS:
                raise _NotFollowedError(f"the task could not be cancelled: {as_aws_error(error)}") from error

    def _update(self) -> None:
        """Read the task's state.

        Errors are retried at the next interval. Raises _NotFollowedError after too many consecutive errors.
        """
        try:
            task = latest_task(self.sqs, self.dlq)
        except (BotoCoreError, ClientError) as error:
            self.errors += 1
            if self.errors == MAXIMUM_ERRORS:
                raise _NotFollowedError(str(as_aws_error(error))) from error
            return
        self.errors = 0
        if task is not None and not task.is_same(self.previous):
            self.task = task

    def _record(self) -> None:
        self.result.method, self.result.state, self.result.moved = MOVE, self.task.state, self.task.moved
        self.result.approximate_count = self.result.selected = self.task.total
        self.on_progress(self.result)


def latest_task(sqs: Any, dlq: DeployedQueue) -> MoveTask | None:
    """The task that was started last; None if there is none. boto3's exceptions propagate."""
    tasks = sqs.list_message_move_tasks(SourceArn=dlq.arn, MaxResults=1).get("Results", [])
    if not tasks:
        return None
    task = tasks[0]
    return MoveTask(
        task.get("Status", RUNNING),
        task.get("ApproximateNumberOfMessagesMoved", 0),
        task.get("ApproximateNumberOfMessagesToMove", 0),
        task.get("FailureReason"),
        task.get("TaskHandle"),
        task.get("DestinationArn"),
        task.get("StartedTimestamp", 0),
    )

"""SQS's own redrive: starts a message move task, follows it, and cancels it on request."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error, is_not_found, is_unknown_action
from queuesmith.aws.lost_responses import may_have_succeeded
from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.errors import AwsError
from queuesmith.common.signals import Stop

POLL = 1.0
"""Seconds between two requests for the task's state."""
PATIENCE = 30.0
"""Seconds within which SQS has to list a started task."""
LOOKS = 5
"""The number of consecutive failed requests, or failed attempts to cancel the task, after which it is no longer followed."""
RUNNING, CANCELLING = "RUNNING", "CANCELLING"


@dataclass(frozen=True)
class Task:
    """A message move task as SQS describes it."""

    state: str
    """`RUNNING`, `COMPLETED`, `CANCELLING`, `CANCELLED` or `FAILED`."""
    moved: int
    """The approximate number of moved messages."""
    total: int
    """The approximate number of messages to move when the task started."""
    failure: str | None = None
    """Why the task failed, or why it is not followed to its end."""
    handle: str | None = None
    """The handle that cancels it, while it runs."""
    destination: str | None = None
    """The ARN of the destination queue; None: each message's source queue."""
    started: int = 0
    """The start in milliseconds since 1970."""

    @property
    def runs(self) -> bool:
        """Whether the task is in progress."""
        return self.state in (RUNNING, CANCELLING)


def run(
    sqs: Any,
    source: DeployedQueue,
    destination: DeployedQueue,
    *,
    rate: int | None,
    stop: Stop,
    on_progress: Callable[[Task], None],
) -> Task:
    """Move all messages, and wait for the end. If a task to the same queue is already running, that task is followed instead.

    When `stop` is set, a task that was started here is cancelled; a task of another caller is not. The destination is always
    given, because messages that a handler sent to the DLQ have no source queue that SQS knows. Raises AwsError if a task to
    another queue is running. Errors of boto3 are raised before a task is started.
    """
    before = latest(sqs, source)
    if before is not None and before.runs:
        if before.destination != destination.arn:
            raise AwsError(_busy(source, before))
        return _Following(sqs, source, stop, on_progress, before, None).to_the_end()
    given = {"MaxNumberOfMessagesPerSecond": rate} if rate else {}
    try:
        handle = sqs.start_message_move_task(SourceArn=source.arn, DestinationArn=destination.arn, **given)["TaskHandle"]
    except (BotoCoreError, ClientError) as error:
        there = _started_all_the_same(sqs, source, destination, before, error)
        return _Following(sqs, source, stop, on_progress, there, None).to_the_end()
    return _Following(sqs, source, stop, on_progress, before, handle).to_the_end()


def _started_all_the_same(
    sqs: Any, source: DeployedQueue, destination: DeployedQueue, before: Task | None, error: BotoCoreError | ClientError
) -> Task:
    """Return the task that exists although its start was not confirmed: the answer was lost, or another process was faster.

    Raises AwsError if that task moves messages to another queue, or if SQS cannot tell whether a task exists. Otherwise raises
    `error`.
    """
    lost = may_have_succeeded(error)
    if not (lost or is_unknown_action(error)):
        raise error
    try:
        now = latest(sqs, source)
    except (BotoCoreError, ClientError) as unknown:
        again = "SQS may have begun to move the messages all the same: run the same again to follow it"
        raise AwsError(f"{as_aws_error(error)}. {again}") from unknown
    if now is None or (before is not None and now.started == before.started):
        raise error
    if now.runs and now.destination != destination.arn:
        raise AwsError(_busy(source, now)) from error
    if now.runs or (lost and now.destination == destination.arn):
        return now
    raise error


class _GoesOnError(Exception):
    """Why the task is no longer followed while SQS continues it."""


class _Following:
    """Follows a task until it ends.

    With a `handle`, the task was started here, and `before` is the previous task. Without, `before` is the task to follow.
    """

    def __init__(
        self,
        sqs: Any,
        source: DeployedQueue,
        stop: Stop,
        on_progress: Callable[[Task], None],
        before: Task | None,
        handle: str | None,
    ) -> None:
        self._sqs, self._source, self._stop, self._on_progress = sqs, source, stop, on_progress
        self._before, self._handle = before, handle
        self._task = Task(RUNNING, 0, 0) if handle or before is None else before
        self._deadline = time.monotonic() + PATIENCE
        self._is_cancelled = False
        self._refusals, self._failed_looks = 0, 0

    def to_the_end(self) -> Task:
        """The last known state of the task; with the reason in `failure` if it is not followed to its end."""
        try:
            while True:
                if self._stop.is_set():
                    self._cancel()
                self._look()
                if not self._task.runs:
                    return self._task
                self._report()
                time.sleep(POLL) if self._stop.is_set() else self._stop.wait(POLL)
        except _GoesOnError as why:
            return replace(self._task, failure=f"{why}. SQS goes on with it: run the same again to follow it")

    def _cancel(self) -> None:
        """Cancel the task once. Raises _GoesOnError if the task is another caller's, or if SQS keeps refusing."""
        if self._handle is None:
            raise _GoesOnError("somebody else has started it, so it is not cancelled")
        if self._is_cancelled:
            return
        try:
            self._sqs.cancel_message_move_task(TaskHandle=self._handle)
            self._is_cancelled = True
        except (BotoCoreError, ClientError) as error:
            self._is_cancelled = is_not_found(error) or is_unknown_action(error)  # it has just ended: the next look shows how
            self._refusals += 1
            if not self._is_cancelled and self._refusals == LOOKS:
                raise _GoesOnError(f"it could not be cancelled: {as_aws_error(error)}") from error

    def _look(self) -> None:
        """Read the task's state.

        Errors are retried at the next interval. Raises _GoesOnError after too many consecutive errors.
        """
        try:
            found = latest(self._sqs, self._source)
        except (BotoCoreError, ClientError) as error:
            self._failed_looks += 1
            if self._failed_looks == LOOKS:
                raise _GoesOnError(str(as_aws_error(error))) from error
            return
        self._failed_looks = 0
        is_it = found is not None and (self._handle is None or self._before is None or found.started != self._before.started)
        if found is not None and is_it:  # right after the start, SQS can still list the previous task
            self._task = found

    def _report(self) -> None:
        """Report the progress. Raises _GoesOnError if SQS does not list the task in time."""
        if self._task.total or self._task.started:
            self._on_progress(self._task)
        elif time.monotonic() > self._deadline:
            raise _GoesOnError("the task was started, and SQS does not list it")


def _busy(source: DeployedQueue, task: Task) -> str:
    where = task.destination or "where each came from"
    way_out = f", or cancel it: aws sqs cancel-message-move-task --task-handle {task.handle}" if task.handle else ""
    return (
        f"SQS is moving messages out of {source.name} already, to {where}: {task.moved:,} of about {task.total:,} are moved. "
        f"It takes one task at a time. Wait for it{way_out}"
    )


def latest(sqs: Any, source: DeployedQueue) -> Task | None:
    """The task that was started last; None if there is none. Raises what boto3 raises."""
    found = sqs.list_message_move_tasks(SourceArn=source.arn, MaxResults=1).get("Results", [])
    if not found:
        return None
    task = found[0]
    return Task(
        task.get("Status", RUNNING),
        task.get("ApproximateNumberOfMessagesMoved", 0),
        task.get("ApproximateNumberOfMessagesToMove", 0),
        task.get("FailureReason"),
        task.get("TaskHandle"),
        task.get("DestinationArn"),
        task.get("StartedTimestamp", 0),
    )

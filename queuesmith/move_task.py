"""SQS's own way to move the messages of a DLQ: start a task, watch it, and cancel it when asked to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from queuesmith.aws.queues import Queue
from queuesmith.errors import AwsError

MOST_A_SECOND = 500
"""Messages that a task moves at the most (SQS API, StartMessageMoveTask)."""
POLL = 1.0
"""Seconds between two looks at a task."""
RUNNING, CANCELLING = "RUNNING", "CANCELLING"


@dataclass(frozen=True)
class Task:
    """A task as SQS describes it."""

    state: str
    """`RUNNING`, `COMPLETED`, `CANCELLING`, `CANCELLED` or `FAILED`."""
    moved: int
    """Messages that were moved, about."""
    total: int
    """Messages that there were to move when it began, about."""
    failure: str | None = None
    """Why it failed."""
    handle: str | None = None
    """What it is cancelled by, while it runs."""
    destination: str | None = None
    """The ARN of the queue that it moves them to; None: each to where it came from."""


def run(
    sqs: Any,
    source: Queue,
    destination: Queue,
    *,
    rate: int | None,
    stop: threading.Event,
    on_progress: Callable[[Task], None],
) -> Task:
    """Move everything, and wait for the end; a task that runs already towards the same queue is waited for instead.

    The destination is always named: what a handler sent to the DLQ itself has no source that SQS knows. Raises AwsError where
    another task runs, and what boto3 raises.
    """
    task = latest(sqs, source)
    if task is None or task.state not in (RUNNING, CANCELLING):
        given = {"MaxNumberOfMessagesPerSecond": rate} if rate else {}
        sqs.start_message_move_task(SourceArn=source.arn, DestinationArn=destination.arn, **given)
        task = latest(sqs, source)
    elif task.destination != destination.arn:
        raise AwsError(
            f"SQS is moving messages out of {source.name} already, to {task.destination or 'where each came from'}: "
            f"{task.moved:,} of {task.total:,} are moved, and it takes one task at a time. Wait for it, or cancel it: "
            f"aws sqs cancel-message-move-task --task-handle {task.handle}"
        )
    cancelled = False
    while task is None or task.state in (RUNNING, CANCELLING):
        if task is not None:
            on_progress(task)
        if stop.is_set() and not cancelled and task is not None and task.handle:
            sqs.cancel_message_move_task(TaskHandle=task.handle)
            cancelled = True
        threading.Event().wait(POLL) if cancelled else stop.wait(POLL)
        task = latest(sqs, source)
    return task


def latest(sqs: Any, source: Queue) -> Task | None:
    """The task that was started last; None where there was none. Raises what boto3 raises."""
    found = sqs.list_message_move_tasks(SourceArn=source.arn, MaxResults=1).get("Results", [])
    if not found:
        return None
    task = found[0]
    return Task(
        task["Status"],
        task.get("ApproximateNumberOfMessagesMoved", 0),
        task.get("ApproximateNumberOfMessagesToMove", 0),
        task.get("FailureReason"),
        task.get("TaskHandle"),
        task.get("DestinationArn"),
    )

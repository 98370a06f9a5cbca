"""Moves the messages of a DLQ back to their queue.

    from queuesmith.operations import matcher, redrive_messages

    done = redrive_messages(boto3.client("sqs"), dead_letter_queue, queue, match=matcher("error == 'timeout'"))
    print(done.moved, done.not_accepted, done.possibly_duplicated)

If all messages are wanted, SQS moves them itself (StartMessageMoveTask). For a selection, or if the service does not support
such tasks, each message is copied, and deleted from the DLQ only after SQS has accepted the copy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import is_unknown_action
from queuesmith.aws.queues import DeployedQueue, read_depth
from queuesmith.common.errors import UsageError
from queuesmith.common.signals import Stop
from queuesmith.operations.messages import Match
from queuesmith.operations.redriving import move_task
from queuesmith.operations.redriving.copying import Copying, MessageFilter
from queuesmith.operations.redriving.result import MOVE, RedriveResult

__all__ = ["RedriveResult", "redrive_messages"]


def redrive_messages(
    sqs: Any,
    source: DeployedQueue,
    destination: DeployedQueue,
    *,
    match: Match | None = None,
    message_ids: Collection[str] = (),
    limit: int | None = None,
    rate: int | None = None,
    dry_run: bool = False,
    stop: Stop | None = None,
    on_progress: Callable[[RedriveResult], None] = lambda _: None,
) -> RedriveResult:
    """Move messages from a DLQ to a queue, and account for them.

    Copies keep the body, the attributes and the message group. On FIFO queues the copy's deduplication id is the original's
    message id. Raises UsageError if `source` is `destination`, and AwsError if SQS is already moving the messages to another
    queue. Errors of boto3 are raised only before the first message was moved.

    Parameters
    ----------
    sqs
        The boto3 client.
    source
        The DLQ.
    destination
        The queue.
    match
        Returns whether a message is wanted; None: all are.
    message_ids
        The ids of the wanted messages; empty: all are.
    limit
        The largest number of messages to move.
    rate
        The largest number of messages a second, 1 to 500.
    dry_run
        Move nothing. If all messages are wanted, only the queue's depth is read.
    stop
        When set, a move task is cancelled, or the current batch is finished. Moved messages stay moved.
    on_progress
        Called with the result so far.

    """
    if source.arn == destination.arn:
        raise UsageError(
            f"{source.name} is named as the DLQ and as the queue: a redrive moves messages from one queue to another. "
            "Name two: --queue and --dlq"
        )
    wanted, stopped = MessageFilter(match, frozenset(message_ids), limit), stop or Stop()
    done = RedriveResult(source.name, destination.name)
    if wanted.everything and dry_run:
        done.method, done.approximate_count = MOVE, read_depth(sqs, source).total
        done.selected = done.not_moved = done.approximate_count
        return done
    if wanted.everything:
        try:
            return _moved_by_sqs(sqs, source, destination, rate, stopped, done, on_progress)
        except ClientError as error:
            if not is_unknown_action(error):
                raise
    return Copying(sqs, source, destination, wanted, rate, stopped, done, on_progress).run(dry_run=dry_run)


def _moved_by_sqs(
    sqs: Any,
    source: DeployedQueue,
    destination: DeployedQueue,
    rate: int | None,
    stop: Stop,
    done: RedriveResult,
    on_progress: Callable[[RedriveResult], None],
) -> RedriveResult:
    def on_task(task: move_task.Task) -> None:
        done.method, done.state, done.moved = MOVE, task.state, task.moved
        done.approximate_count = done.selected = task.total
        on_progress(done)

    task = move_task.run(sqs, source, destination, rate=rate, stop=stop, on_progress=on_task)
    on_task(task)
    done.not_moved = 0 if task.state == "COMPLETED" else max(0, task.total - task.moved)
    done.selected = done.moved + done.not_moved
    if task.failure:
        done.because(task.failure)
    return done

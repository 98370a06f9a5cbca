"""Moves the messages of a DLQ back to their queue, or to another, and edits them on the way.

    from queuesmith.operations import matcher, redrive_messages

    result = redrive_messages(boto3.client("sqs"), dead_letter_queue, queue, match=matcher("error == 'timeout'"))
    print(result.moved, result.not_accepted, result.possibly_duplicated)

If all messages are selected, SQS moves them itself (StartMessageMoveTask). For a selection, for edited messages, or if SQS
cannot move them, each message is copied, and deleted from the DLQ only after SQS has accepted the copy. SQS cannot move
messages between a FIFO and a standard queue, or from a queue that is not another queue's DLQ. Some emulators have no tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import error_code, is_unknown_action
from queuesmith.aws.queues import DeployedQueue, read_depth
from queuesmith.common.errors import UsageError
from queuesmith.common.signals import Stop
from queuesmith.operations.messages import MessagePredicate
from queuesmith.operations.redriving.copying import CopyRedrive
from queuesmith.operations.redriving.editing import NOT_JSON, EditError, Editor, expression_editor, program_editor
from queuesmith.operations.redriving.move_task import move_all
from queuesmith.operations.redriving.result import MOVE, Edit, RedriveResult
from queuesmith.operations.selecting import MessageFilter

__all__ = [
    "NOT_JSON",
    "Edit",
    "EditError",
    "Editor",
    "RedriveResult",
    "expression_editor",
    "program_editor",
    "redrive_messages",
]


def redrive_messages(
    sqs: Any,
    dlq: DeployedQueue,
    queue: DeployedQueue,
    *,
    match: MessagePredicate | None = None,
    message_ids: Collection[str] = (),
    limit: int | None = None,
    rate: int | None = None,
    edit: Editor | None = None,
    queue_sqs: Any = None,
    dry_run: bool = False,
    stop: Stop | None = None,
    on_progress: Callable[[RedriveResult], None] = lambda _: None,
) -> RedriveResult:
    """Move messages from a DLQ to a queue, and count the outcome of each.

    Copies keep the attributes, the message group and, unless it is edited, the body. On FIFO queues the copy's deduplication id
    is the original's message id. Raises UsageError if both queues are the same, and AwsError if SQS is already moving the
    messages to another queue. boto3's exceptions propagate only until the first message has been moved.

    Parameters
    ----------
    sqs
        The boto3 client.
    dlq
        The DLQ.
    queue
        The queue.
    match
        Returns whether a message is selected; None: all are.
    message_ids
        The ids of the selected messages; empty: all are.
    limit
        The largest number of messages to move.
    rate
        The largest number of messages a second, 1 to 500.
    edit
        Returns the new body of a message, or raises EditError: see `expression_editor` and `program_editor`. The original is
        deleted only after SQS has accepted the edited copy.
    queue_sqs
        The client for the queue, if it is in another region than the DLQ. None: `sqs`.
    dry_run
        Move nothing. If all messages are selected, only the queue's depth is read.
    stop
        When set, a move task is cancelled, and copying stops after the current batch. Moved messages stay moved.
    on_progress
        Called with the result so far.

    """
    if dlq.arn == queue.arn:
        raise UsageError(f"{queue.name} is both the DLQ and the queue of this redrive. Name two queues: --queue and --dlq")
    selection, stop = MessageFilter(match, frozenset(message_ids), limit), stop or Stop()
    result = RedriveResult(dlq.name, queue.name)
    if selection.is_everything and edit is None and queue_sqs is None and dlq.is_fifo == queue.is_fifo:
        depth = read_depth(sqs, dlq)
        if dry_run:
            result.method, result.approximate_count = MOVE, depth.total
            result.selected = result.not_moved = result.approximate_count
            return result
        try:
            return move_all(sqs, dlq, queue, rate, stop, result, on_progress, depth)
        except ClientError as error:
            if not (is_unknown_action(error) or _is_not_a_dlq(error)):
                raise
    redrive = CopyRedrive(sqs, dlq, queue, selection, rate, stop, result, on_progress, edit, queue_sqs)
    return redrive.run(dry_run=dry_run)


def _is_not_a_dlq(error: ClientError) -> bool:
    """Whether SQS refuses to move messages, because no queue has the source as its DLQ."""
    message = str(error.response.get("Error", {}).get("Message", ""))
    return error_code(error) == "InvalidParameterValue" and "dead letter queue" in message.lower()

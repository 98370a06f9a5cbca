"""`queuesmith dlq redrive`: moves the messages of a dead-letter queue back to their queue, or to another."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith import operations
from queuesmith.cli.output import Output, show_ids, still_invisible
from queuesmith.cli.selection import (
    MatchOption,
    MessageIdsOption,
    ReasonOption,
    WhereOption,
    predicate,
    show_reason_hint,
    words,
)
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown

if TYPE_CHECKING:
    from queuesmith.operations.redriving.editing import Editor

MAXIMUM_RATE = 500
"""The largest number of messages a second (SQS API, StartMessageMoveTask)."""
_Limit = Annotated[int | None, typer.Option(min=1, metavar="N", help="Maximum number of messages to move.")]
_Rate = Annotated[int | None, typer.Option(min=1, max=MAXIMUM_RATE, metavar="N", help="Maximum number of messages per second.")]
_To = Annotated[
    str | None,
    typer.Option(metavar="QUEUE", help="Name, URL or ARN of another queue to move the messages to, for example a quarantine."),
]
_Edit = Annotated[
    str | None, typer.Option(metavar="JMESPATH", help="Replace each body with the result of this JMESPath expression on it.")
]
_EditWith = Annotated[
    str | None,
    typer.Option(
        metavar="COMMAND", help="Pipe each body through this program, whose output becomes the body. No shell is used."
    ),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Show which messages would be moved, and move none.")]


@on_worker
def redrive(
    target: Target,
    output: Output,
    *,
    match: MatchOption = None,
    where: WhereOption = None,
    reason: ReasonOption = None,
    message_id: MessageIdsOption = None,
    limit: _Limit = None,
    rate: _Rate = None,
    to: _To = None,
    edit: _Edit = None,
    edit_with: _EditWith = None,
    dry_run: _DryRun = False,
) -> None:
    """Move all messages of the DLQ, or a selection, back to the worker's queue or to another queue.

    Without a selection or an edit, SQS moves all messages in a move task, which Ctrl-C cancels. Otherwise, this command
    copies the selected messages with their attributes and message group, and deletes each from the DLQ after SQS has accepted
    the copy. It also copies them if SQS cannot move them: between a FIFO and a standard queue, or from a queue that is not
    another queue's DLQ. A message that cannot be edited stays in the DLQ. Exit status 0: all selected messages were moved. 1:
    not all.

    Example: queuesmith dlq redrive dev orders --limit 10
    """
    matches, editor = predicate(match, where, reason), _editor(edit, edit_with)
    worker = target.worker()
    dlq = worker.dead_letter_queue
    queue, queue_sqs = (worker.queue, None) if to is None else worker.find_destination(to)
    with graceful_shutdown() as stop:
        with output.board() as board:

            def on_progress(result: operations.RedriveResult) -> None:
                if result.is_move_task:
                    board.show("Moved", result.moved, max(result.approximate_count, result.moved))
                else:
                    done = f"{result.selected:,} selected" if dry_run else f"{result.moved:,} moved"
                    board.show("Received", result.received, max(result.approximate_count, result.received), done)

            result = operations.redrive_messages(
                worker.sqs,
                dlq,
                queue,
                match=matches,
                message_ids=message_id or (),
                limit=limit,
                rate=rate,
                edit=editor,
                queue_sqs=queue_sqs,
                dry_run=dry_run,
                stop=stop,
                on_progress=on_progress,
            )
        output.document({"dry_run": dry_run, **asdict(result)})
        _report(result, output, dry_run=dry_run, is_fifo=queue.is_fifo)
        show_reason_hint(reason, result.received, result.selected, target)
        if not dry_run:
            look = "dlq peek" if result.arrived_during_redrive or target.is_only_a_dlq else "status"
            output.say(f"Next: {target.command_line(look)}")
        elif result.selected > result.not_edited:
            options = words(match=match, where=where, reason=reason, message_id=message_id, limit=limit, rate=rate)
            options += words(to=to, edit=edit, edit_with=edit_with)
            output.say(f"Nothing was moved. Next: {target.command_line('dlq redrive', *options)}")
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)
    if result.not_found or result.not_edited or result.state == "FAILED" or not (dry_run or result.is_complete):
        raise typer.Exit(1)


def _editor(edit: str | None, edit_with: str | None) -> Editor | None:
    if edit is not None and edit_with is not None:
        raise UsageError("--edit and --edit-with cannot be combined")
    if edit is not None:
        return operations.expression_editor(edit)
    return None if edit_with is None else operations.program_editor(edit_with)


def _report(result: operations.RedriveResult, output: Output, *, dry_run: bool, is_fifo: bool) -> None:
    output.line(_summary(result, dry_run=dry_run))
    show_ids(result.message_ids, output.line)
    _report_edits(result, output)
    if result.not_accepted:
        output.say(
            f"Not accepted by {result.destination} (or behind such a message in its group), and still in the DLQ: "
            f"{counted(result.not_accepted, 'message')}"
        )
    if result.not_moved and not dry_run:
        not_moved = "Not moved yet" if result.state == "RUNNING" else "Not moved, and still in the DLQ"
        output.say(f"{not_moved}: {counted(result.not_moved, 'message')}")
    if result.state == "CANCELLED":
        left = 0 if result.is_move_task else result.approximate_count - result.received
        rest = f" Not received, and still in the DLQ: about {counted(left, 'message')}" if left > 0 else ""
        output.say(f"Interrupted.{rest}")
    if result.possibly_duplicated:
        duplicates = counted(len(result.possibly_duplicated), "message")
        output.say(f"Possibly copied twice, or copied and not deleted from the DLQ: {duplicates}")
        show_ids(result.possibly_duplicated, output.say)
    if result.left_invisible:
        output.say(still_invisible(result.left_invisible, result.visibility_timeout))
    for reason in result.reasons:
        output.say(f"Reason: {reason}")
    if result.arrived_during_redrive:
        arrived = counted(result.arrived_during_redrive, "message")
        output.say(f"Arrived in the DLQ during the redrive, and not moved: {arrived}. Redriven messages may have failed again.")
    for message in result.not_found:
        output.say(f"{message} was not found in {result.source}.")
    if result.not_received:
        reason = "A FIFO queue returns only the first messages of each group." if is_fifo else "They are in flight elsewhere."
        output.say(f"Not returned by SQS: {counted(result.not_received, 'message')}. {reason}")


def _report_edits(result: operations.RedriveResult, output: Output) -> None:
    for each in result.edits:
        output.line(f"{each.message_id} before: {each.before}")
        output.line(f"{each.message_id} after:  {each.after}")
    if result.not_edited:
        left = counted(result.not_edited, "message")
        output.say(f"Not edited (or behind such a message in its group), and still in the DLQ: {left}")
        if any(operations.NOT_JSON in each for each in result.reasons):
            output.say("--edit needs a JSON body. To edit other bodies, pipe them through a program: --edit-with COMMAND")


def _summary(result: operations.RedriveResult, *, dry_run: bool) -> str:
    if not (result.approximate_count or result.selected):
        return f"{result.source} is empty"
    about = f"about {counted(result.approximate_count, 'message')}"
    if not result.selected:
        return f"None of {about} in {result.source} matches ({result.received:,} received)"
    queues = f"from {result.source} to {result.destination}"
    if dry_run:
        return f"{result.selected - result.not_edited:,} of {about} would be moved {queues}"
    were = "was" if result.moved == 1 else "were"
    method = "by an SQS move task" if result.is_move_task else "copied, then deleted"
    return f"{result.moved:,} of {about} {were} moved {queues} ({method})"

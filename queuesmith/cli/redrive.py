"""`queuesmith dlq redrive`: moves the messages of a dead-letter queue back to their queue."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith.cli.options import MatchOption
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown

if TYPE_CHECKING:
    from queuesmith.operations.redriving import RedriveResult

MOST_A_SECOND = 500
"""The largest number of messages a second (SQS API, StartMessageMoveTask)."""
SHOWN_IDS = 10


@on_worker
def redrive(
    target: Target,
    output: Output,
    *,
    match: MatchOption = None,
    message_id: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this message. Repeat for more.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many.")] = None,
    rate: Annotated[int | None, typer.Option(min=1, max=MOST_A_SECOND, metavar="N", help="The most messages a second.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Move nothing; say what would be moved.")] = False,
) -> None:
    """Put the messages of the DLQ back into the worker's queue: all of them, or a selection.

    All: SQS moves them; Ctrl-C cancels that. A selection: each is copied, with body, attributes and group, and then deleted.
    Exit status 0: all that was to be moved is; 1: not all.

    Example: queuesmith dlq redrive dev orders --limit 10
    """
    from queuesmith.operations.peeking import matcher
    from queuesmith.operations.redriving import redrive_messages

    matches = None if match is None else matcher(match)
    worker = target.worker()
    source, destination = worker.dead_letter_queue, worker.queue
    with graceful_shutdown() as stop:
        with output.board() as board:

            def on_progress(done: RedriveResult) -> None:
                if done.moved_by_sqs:
                    board.show("Moved", done.moved, max(done.approximate_count, done.moved))
                else:
                    found = f"{done.selected:,} found" if dry_run else f"{done.moved:,} moved"
                    board.show("Looked at", done.received, max(done.approximate_count, done.received), found)

            done = redrive_messages(
                worker.sqs,
                source,
                destination,
                match=matches,
                message_ids=message_id or (),
                limit=limit,
                rate=rate,
                dry_run=dry_run,
                stop=stop,
                on_progress=on_progress,
            )
        output.document({"dry_run": dry_run, **asdict(done)})
        if dry_run:
            ids = [("--message-id", each) for each in message_id or ()]
            given = [("--match", match), *ids, ("--limit", limit), ("--rate", rate)]
            options = [word for name, value in given if value is not None for word in (name, str(value))]
            _say_what_would_be(done, source.is_fifo, output)
            if done.selected:
                output.say(f"Nothing was moved. Next: {target.command_line('dlq redrive', *options)}")
        else:
            _say_what_was_moved(done, source.is_fifo, output)
            output.say(f"Next: {target.command_line('dlq peek' if done.arrived_during_redrive else 'status')}")
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)
    if done.not_found or done.state == "FAILED" or not (dry_run or done.complete):
        raise typer.Exit(1)


def _say_what_would_be(done: RedriveResult, fifo: bool, output: Output) -> None:
    if not done.selected:
        output.line(_nothing(done))
        _say_why(done, output)
        return
    about = counted(done.approximate_count, "message")
    output.line(f"{done.selected:,} of about {about} would go from {done.source} to {done.destination}")
    for message in done.message_ids[:SHOWN_IDS]:
        output.line(f"  {message}")
    if len(done.message_ids) > SHOWN_IDS:
        output.line(f"  and {len(done.message_ids) - SHOWN_IDS:,} more")
    _say_why(done, output)
    _say_what_was_not_seen(done, fifo, output)


def _say_what_was_moved(done: RedriveResult, fifo: bool, output: Output) -> None:
    if not done.selected:
        output.line(_nothing(done))
    else:
        how = "moved by SQS" if done.moved_by_sqs else "copied, then deleted"
        about = counted(done.approximate_count, "message")
        output.line(f"{done.moved:,} of about {about} went from {done.source} to {done.destination} ({how})")
    told = (
        (done.not_accepted, "not accepted: still in the DLQ"),
        (done.not_moved, "not tried: still in the DLQ"),
        (len(done.possibly_duplicated), "perhaps twice, in one queue or in both: copied, perhaps not deleted, or sent again"),
    )
    for count, what in told:
        if count:
            output.say(f"{counted(count, 'message')} {what}.")
    _say_why(done, output)
    for message in done.possibly_duplicated[:SHOWN_IDS]:
        output.say(f"  {message}")
    _say_what_was_not_seen(done, fifo, output)


def _say_why(done: RedriveResult, output: Output) -> None:
    """Print the errors, and the number of messages that are still invisible."""
    if done.left_invisible:
        left = counted(done.left_invisible, "message")
        output.say(f"{left} not given back at once: SQS does it within {done.invisible_for:,} s.")
    for reason in done.reasons:
        output.say(f"Why: {reason}")


def _nothing(done: RedriveResult) -> str:
    if not done.approximate_count:
        return f"{done.source} is empty"
    about = counted(done.approximate_count, "message")
    return f"None of about {about} in {done.source} is one of those: {done.received:,} looked at"


def _say_what_was_not_seen(done: RedriveResult, fifo: bool, output: Output) -> None:
    if done.arrived_during_redrive:
        arrived, were = counted(done.arrived_during_redrive, "message"), "was" if done.arrived_during_redrive == 1 else "were"
        output.say(f"{arrived} arrived in {done.source} meanwhile and {were} left there: perhaps the same, failed again.")
    for message in done.not_found:
        output.say(f"{message} was not seen in {done.source}.")
    if done.not_received:
        why = "in a FIFO queue only the first messages of each group can be seen" if fifo else "others hold them at the moment"
        output.say(f"{counted(done.not_received, 'message')} not seen: {why}.")

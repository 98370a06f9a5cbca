"""`queuesmith dlq drop`: deletes selected messages of a dead-letter queue, after writing them to a file."""

from __future__ import annotations

import contextlib
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

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
from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED, Stop, graceful_shutdown, handle_signals

_DEFAULT_FILE = Path("dropped.jsonl")
_Limit = Annotated[int | None, typer.Option(min=1, metavar="N", help="Maximum number of messages to drop.")]
_Yes = Annotated[int | None, typer.Option("--yes", metavar="N", help="The number of messages, to confirm without the prompt.")]
_Export = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The new file for the messages, which `send --file` can read. Default: dropped.jsonl or, if it exists, "
        "dropped-2.jsonl and so on.",
    ),
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Show which messages would be dropped, and drop none.")]


@on_worker
def drop(
    target: Target,
    output: Output,
    *,
    match: MatchOption = None,
    where: WhereOption = None,
    reason: ReasonOption = None,
    message_id: MessageIdsOption = None,
    limit: _Limit = None,
    export: _Export = None,
    yes: _Yes = None,
    dry_run: _DryRun = False,
) -> None:
    """Delete selected messages of the DLQ, after writing them to a file. Confirm with their number.

    The file can be read by its owner only. Exit status 0: all selected messages were deleted. 1: not all, or the number is
    wrong.

    Example: queuesmith dlq drop dev orders --reason "NonRetryable: the customer does not exist" --dry-run
    """
    matches = predicate(match, where, reason)
    if matches is None and not message_id and limit is None:
        purge = target.command_line("dlq purge")
        raise UsageError(f"Select messages: --reason, --match, --where, --message-id or --limit. To delete all: {purge}")
    worker = target.worker()
    dlq = worker.dead_letter_queue

    with graceful_shutdown() as stop, contextlib.ExitStack() as stack:
        file = None if dry_run else stack.enter_context(_new_file(export, dlq.name))
        board = stack.enter_context(output.board())

        def confirm(result: operations.DropResult) -> None:
            board.close()
            _confirm(result, yes, output, stop)

        def on_progress(result: operations.DropResult) -> None:
            done = f"{result.dropped:,} dropped" if result.dropped else f"{result.selected:,} selected"
            board.show("Received", result.received, max(result.approximate_count, result.received), done)

        try:
            result = operations.drop_messages(
                worker.sqs, dlq, file, confirm=confirm, match=matches, message_ids=message_id or (), limit=limit, stop=stop,
                on_progress=on_progress,
            )  # fmt: skip
        except KeyboardInterrupt:  # at the prompt
            output.say("Interrupted. Nothing was dropped.")
            raise typer.Exit(INTERRUPTED) from None
        board.close()
        output.document({"dry_run": dry_run, **asdict(result)})
        _report(result, output, dry_run=dry_run, is_fifo=dlq.is_fifo)
        if result.large_bodies:
            output.say(f"Bodies of these messages in S3, which are not deleted: {counted(len(result.large_bodies), 'object')}")
            show_ids(result.large_bodies, output.say)
        show_reason_hint(reason, result.received, result.selected, target)
        if dry_run and result.selected:
            options = words(match=match, where=where, reason=reason, message_id=message_id, limit=limit, yes=result.selected)
            output.say(f"Nothing was dropped. Next: {target.command_line('dlq drop', *options)}")
        elif result.file:
            copies = "" if target.is_only_a_dlq else f" To send copies: {target.command_line('send', '--file', result.file)}"
            output.say(f"The messages are in {result.file}.{copies}")
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)
    if result.not_found or result.state == "FAILED" or not (dry_run or result.is_complete):
        raise typer.Exit(1)


def _new_file(export: Path | None, queue: str) -> operations.ExportFile:
    if export is None:
        return operations.ExportFile.under_free_name(_DEFAULT_FILE, queue)
    return operations.ExportFile(export, queue)


def _confirm(result: operations.DropResult, yes: int | None, output: Output, stop: Stop) -> None:
    """Compare the number with the confirmation. Raises an error unless they are equal, and KeyboardInterrupt after Ctrl-C."""
    contents = f"{result.selected:,} of about {counted(result.approximate_count, 'message')} in {result.queue}"
    if yes is None:
        if not sys.stdin.isatty():
            raise UsageError(f"Selected: {contents}. Without a terminal, confirm with --yes {result.selected}")
        output.say(f"Selected: {contents}. They are in {result.file}, and will be deleted from the queue.")
        with handle_signals(signal.default_int_handler):
            if stop.is_set():
                raise KeyboardInterrupt
            print("Type the number of messages to confirm: ", end="", file=sys.stderr, flush=True)  # noqa: T201 - a prompt
            answer = sys.stdin.readline().strip().replace(",", "")
    else:
        answer = str(yes)
    if answer != str(result.selected):
        raise QueuesmithError(f'The confirmation is "{answer}", but the selection is {contents}. Nothing was dropped')


def _report(result: operations.DropResult, output: Output, *, dry_run: bool, is_fifo: bool) -> None:
    about = f"about {counted(result.approximate_count, 'message')}"
    if not (result.approximate_count or result.selected):
        output.line(f"{result.queue} is empty")
    elif not result.selected:
        output.line(f"None of {about} in {result.queue} matches ({result.received:,} received)")
    elif dry_run:
        output.line(f"{result.selected:,} of {about} would be dropped from {result.queue}")
    else:
        output.line(f"{result.dropped:,} of {about} {'was' if result.dropped == 1 else 'were'} dropped from {result.queue}")
    show_ids(result.message_ids, output.line)
    if result.not_dropped and not dry_run:
        output.say(f"Not dropped, and still in the DLQ: {counted(result.not_dropped, 'message')}")
    if result.not_confirmed:
        output.say(
            f"SQS did not confirm the deletion of {counted(len(result.not_confirmed), 'message')}, which may still exist:"
        )
        show_ids(result.not_confirmed, output.say)
    if result.left_invisible:
        output.say(still_invisible(result.left_invisible, result.visibility_timeout))
    for each in result.reasons:
        output.say(f"Reason: {each}")
    for each in result.not_found:
        output.say(f"{each} was not found in {result.queue}.")
    if result.not_received:
        where = "A FIFO queue returns only the first messages of each group." if is_fifo else "They are in flight elsewhere."
        output.say(f"Not returned by SQS: {counted(result.not_received, 'message')}. {where}")

"""`queuesmith dlq peek`: shows the messages of a dead-letter queue."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith.cli.options import MatchOption
from queuesmith.cli.output import Output, still_invisible
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.files import create_private
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown
from queuesmith.operations.messages import REASON

if TYPE_CHECKING:
    from queuesmith.operations.peeking import PeekResult, ShownMessage


@on_worker
def peek(
    target: Target,
    output: Output,
    *,
    limit: Annotated[int, typer.Option(min=1, help="The largest number of messages to show.")] = 10,
    match: MatchOption = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the messages to a new file that `send --file` can read.")
    ] = None,
    main: Annotated[
        bool,
        typer.Option(
            "--main", help="Read the worker's queue instead of its DLQ. This uses up a receive attempt of each message read."
        ),
    ] = False,
) -> None:
    """Show messages of the DLQ, and leave them there: body, attributes, receive count, times, and why they failed.

    Example: queuesmith dlq peek dev orders --match "customer_id == 'c-1'"
    """
    from queuesmith.operations.peeking import ShownMessage, matcher, peek_messages

    matches = None if match is None else matcher(match)
    if export is not None and export.exists():
        raise UsageError(f"--export {export}: this file exists. Name a new file")
    worker = target.worker()
    queue = worker.queue if main else worker.dead_letter_queue
    if main:
        output.say(
            f"Reading {queue.name} uses up a receive attempt of each message that is read: it counts toward maxReceiveCount."
        )
    with graceful_shutdown() as stop:
        with output.board() as board:

            def on_progress(found: PeekResult) -> None:
                if matches:
                    total = max(found.approximate_count, found.received)
                    board.show("Read", found.received, total, f"{len(found.messages)} match")

            found = peek_messages(worker.sqs, queue, limit=limit, match=matches, stop=stop, on_progress=on_progress)
        if export is not None:
            _write(export, found)
    shown = [ShownMessage.of(message) for message in found.messages]
    document = {**asdict(found), "messages": [asdict(each) for each in shown]}
    output.document({**document, "export": str(export) if export else None})
    for message in shown if export is None else []:
        _show(message, output, main=main)
    _say_what_was_seen(found, queue.is_fifo, export, target, output, main=main, match=match)
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)
    if found.failure:
        raise typer.Exit(1)


def _write(export: Path, found: PeekResult) -> None:
    """Write the messages to a new file. Raises QueuesmithError if that fails; no incomplete file remains."""
    try:
        with open(create_private(export), "w", encoding="utf-8") as file:
            file.writelines(f"{message.line()}\n" for message in found.messages)
    except FileExistsError:
        raise
    except OSError as error:
        export.unlink(missing_ok=True)
        why = f"{error.strerror or error}. The messages are still in {found.queue}"
        raise QueuesmithError(f"{export} cannot be written: {why}") from error


def _show(message: ShownMessage, output: Output, *, main: bool) -> None:
    times = "once" if message.receive_count == 1 else f"{message.receive_count} times"
    group = f"  group {message.group}" if message.group else ""
    output.line(f"{message.message_id}{group}")
    output.line(f"  sent {message.sent}, first received {message.first_received}, received {times}")
    if message.reason:
        output.line(f"  {'earlier reason' if main else 'reason'}: {message.reason}")
    for name, value in message.attributes.items():
        if name != REASON:
            output.line(f"  {name} ({value['DataType']}): {value.get('StringValue', value.get('BinaryValue', ''))}")
    for line in _pretty(message.body).splitlines():
        output.line(f"  | {line}")


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body


def _say_what_was_seen(
    found: PeekResult, fifo: bool, export: Path | None, target: Target, output: Output, *, main: bool, match: str | None
) -> None:
    count = len(found.messages)
    done = f"Wrote to {export}:" if export else "Showing"
    about = counted(found.approximate_count, "message")
    output.say(f"{done} {count:,} of about {about} in {found.queue} ({found.received:,} read).")
    if fifo and found.received < found.approximate_count:
        output.say("A FIFO queue returns only the first messages of each group.")
    if found.failure:
        output.say(f"The scan ended early: {found.failure}")
    if found.left_invisible:
        output.say(still_invisible(found.left_invisible, found.invisible_for))
    if export and count:
        copies = "" if target.is_only_a_dlq else f" To send copies: {target.command_line('send', '--file', str(export))}"
        output.say(f"The messages are still in {found.queue}.{copies}")
    elif count and target.is_only_a_dlq:
        output.say("Next: fix the cause, then run `queuesmith dlq redrive` with --queue and the name of the messages' queue")
    elif count and not main:
        chosen = ("--match", match) if match else ()
        output.say(f"Next: fix the cause, then {target.command_line('dlq redrive', *chosen, '--dry-run')}")

"""`queuesmith dlq peek`: shows the messages of a dead-letter queue."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith.cli.options import MatchOption
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.files import create_private
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown
from queuesmith.operations.messages import REASON

if TYPE_CHECKING:
    from queuesmith.operations.peeking import PeekResult, ShownMessage


@on_worker
def peek(
    target: Target,
    output: Output,
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many messages to show.")] = 10,
    match: MatchOption = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write them to a new file, in which `send` finds them.")
    ] = None,
    main: Annotated[
        bool, typer.Option("--main", help="Look at the worker's own queue instead: each look spends a receive.")
    ] = False,
) -> None:
    """Show messages of the DLQ, each once, and put them back: body, attributes, receives, first seen, and why they failed.

    Example: queuesmith dlq peek dev orders --match "customer_id == 'c-1'"
    """
    from queuesmith.operations.peeking import ShownMessage, matcher, peek_messages

    matches = None if match is None else matcher(match)
    if export is not None and export.exists():
        raise UsageError(f"{export} is there already. Name another file: --export FILE")
    worker = target.one()
    queue = worker.queue if main else worker.dead_letter_queue
    if main:
        output.say(f"Each look at {queue.name} spends one of the receives that its messages have before they go to the DLQ.")
    with graceful_shutdown() as stop:
        with output.board() as board:

            def on_progress(found: PeekResult) -> None:
                if matches:
                    board.show("Looked at", found.looked_at, max(found.about, found.looked_at), f"{len(found.messages)} match")

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
    output.line(f"  sent {message.sent}  first seen {message.first_seen}  received {times}")
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
    where = f", in {export}" if export else ""
    output.say(f"Showing {count:,} of about {found.about:,} in {found.queue}{where}; {found.looked_at:,} looked at.")
    if fifo and found.looked_at < found.about:
        output.say("In a FIFO queue only the first messages of each group can be seen.")
    if found.failure:
        output.say(f"It ended early: {found.failure}")
    if found.left_hidden:
        output.say(f"{found.left_hidden:,} could not be put back at once: SQS does it within {found.hidden_for:,} s.")
    if export and count and not target.names_dlq_alone:
        output.say(f"They are still in {found.queue}. To send copies of them: {target.again('send', '--file', str(export))}")
    elif export:
        output.say(f"What is in it is still in {found.queue}.")
    elif count and target.names_dlq_alone:
        output.say("Next: fix the cause, then `queuesmith dlq redrive` with --queue, the queue that they belong to")
    elif count and not main:
        chosen = ("--match", match) if match else ()
        output.say(f"Next: fix the cause, then {target.again('dlq redrive', *chosen, '--dry-run')}")

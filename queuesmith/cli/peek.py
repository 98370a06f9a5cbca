"""`queuesmith dlq peek`: shows the messages of a dead-letter queue."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from queuesmith import operations
from queuesmith.cli.output import Output, still_invisible
from queuesmith.cli.selection import MatchOption, ReasonOption, WhereOption, predicate, show_reason_hint, words
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown
from queuesmith.operations.messages import REASON


@on_worker
def peek(
    target: Target,
    output: Output,
    *,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Maximum number of messages to show.")] = 10,
    match: MatchOption = None,
    where: WhereOption = None,
    reason: ReasonOption = None,
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
    """Show messages of the DLQ: body, attributes, receive count, times, and why they failed. The messages stay in the DLQ.

    Example: queuesmith dlq peek dev orders --match "customer_id == 'c-1'"
    """
    matches = predicate(match, where, reason)
    if export is not None and export.exists():
        raise UsageError(f"--export {export}: this file exists. Specify a new file")
    worker = target.worker()
    queue = worker.queue if main else worker.dead_letter_queue
    if main:
        output.say(
            f"Reading {queue.name} uses up a receive attempt of each message that is read: it counts toward maxReceiveCount."
        )
    with graceful_shutdown() as stop:
        with output.board() as board:

            def on_progress(result: operations.PeekResult) -> None:
                if matches:
                    total = max(result.approximate_count, result.received)
                    board.show("Received", result.received, total, f"{len(result.messages)} match")

            result = operations.peek_messages(worker.sqs, queue, limit=limit, match=matches, stop=stop, on_progress=on_progress)
        if export is not None:
            _write(export, result)
    shown = [operations.ShownMessage.from_message(message) for message in result.messages]
    document = {**asdict(result), "messages": [asdict(each) for each in shown]}
    output.document({**document, "export": str(export) if export else None})
    for message in shown if export is None else []:
        _show(message, output, main=main)
    _report(result, output, is_fifo=queue.is_fifo, export=export)
    show_reason_hint(reason, result.received, len(result.messages), target)
    if result.messages and (export or not main):
        output.say(_next_step(queue.name, target, export, words(match=match, where=where, reason=reason)))
    _warn_if_incomplete(export, result, limit, output, is_selection=matches is not None)
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)
    if result.failure:
        raise typer.Exit(1)


def _write(export: Path, result: operations.PeekResult) -> None:
    """Write the messages to a new file. Raises QueuesmithError if that fails; no incomplete file remains."""
    with operations.ExportFile(export, result.queue) as file:
        for message in result.messages:
            file.add(message)
        file.complete()


def _show(message: operations.ShownMessage, output: Output, *, main: bool) -> None:
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


def _report(result: operations.PeekResult, output: Output, *, is_fifo: bool, export: Path | None) -> None:
    done = f"Wrote to {export}:" if export else "Showing"
    about = counted(result.approximate_count, "message")
    output.say(f"{done} {len(result.messages):,} of about {about} in {result.queue} ({result.received:,} received).")
    if is_fifo and result.received < result.approximate_count:
        output.say("A FIFO queue returns only the first messages of each group.")
    if result.failure:
        output.say(f"The scan ended early: {result.failure}")
    if result.left_invisible:
        output.say(still_invisible(result.left_invisible, result.visibility_timeout))


def _warn_if_incomplete(
    export: Path | None, result: operations.PeekResult, limit: int, output: Output, *, is_selection: bool
) -> None:
    """Say last that messages are not in the export, because they were not read or because of --limit."""
    if export is None:
        return
    if is_at_limit := len(result.messages) >= limit:
        advice = f"because --limit is {limit:,}. Use a new file and a higher --limit"
    missing = result.approximate_count - (limit if is_at_limit else result.received)
    if is_at_limit and is_selection:
        output.say(f"{export} can be incomplete, {advice}")
    elif missing > 0:
        about = f"Not in it: about {counted(missing, 'message')}"
        output.say(f"{export} is incomplete. {about}, {advice}" if is_at_limit else f"{export} is incomplete. {about}")


def _next_step(queue: str, target: Target, export: Path | None, selection: list[str]) -> str:
    if export:
        copies = "" if target.is_only_a_dlq else f" To send copies: {target.command_line('send', '--file', str(export))}"
        return f"The messages are still in {queue}.{copies}"
    if target.is_only_a_dlq:
        return "Next: fix the cause, then run `queuesmith dlq redrive` with --queue and the name of the messages' queue"
    return f"Next: fix the cause, then {target.command_line('dlq redrive', *selection, '--dry-run')}"

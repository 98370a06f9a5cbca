"""`queuesmith send`: sends messages to a worker's queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from queuesmith import operations
from queuesmith.cli.message_file import File, Raw, display_name, open_copy
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown
from queuesmith.operations.message_lines import read_lines
from queuesmith.operations.messages import Message, parse_attribute

_single = partial(typer.Option, rich_help_panel="A single message")
_Body = Annotated[str | None, _single(metavar="TEXT", help="Body of the message.")]
_Attributes = Annotated[
    list[str] | None,
    _single(metavar="NAME=VALUE", help="Message attribute of type String. For a number: NAME:Number=5. Repeat for more."),
]
_Group = Annotated[str | None, typer.Option(metavar="ID", help="Message group id. With --file, for messages that have none.")]
_DeduplicationId = Annotated[str | None, _single(metavar="ID", help="Deduplication id (FIFO queues only).")]
_Delay = Annotated[int | None, _single(min=0, max=900, metavar="SECONDS", help="Seconds until the message can be received.")]
_Rate = Annotated[float | None, typer.Option(min=0.1, metavar="N", help="Maximum number of messages per second.")]
_Rejected = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="New file for messages that are not accepted, to send them again. Default: not-accepted.jsonl."
    ),
]


@on_worker
def send(
    target: Target,
    output: Output,
    *,
    body: _Body = None,
    attribute: _Attributes = None,
    group: _Group = None,
    deduplication_id: _DeduplicationId = None,
    delay: _Delay = None,
    file: File = None,
    raw: Raw = False,
    rate: _Rate = None,
    rejected: _Rejected = None,
) -> None:
    """Send a message, or the messages of a file, to a worker's queue, and report the outcome of each.

    A file is read to its end before the first message is sent. Exit status 0: SQS accepted all messages. 1: not all.

    The example's message is for the sample worker in queuesmith's repository. In a project that `init` wrote, use
    --body "$(cat tests/messages/orders.json)".

    Example: queuesmith send dev orders --body '{"order_id": "o-1", "customer_id": "c-1", "lines": [{"sku": "s-1", "quantity": 1, "price": "9.90"}], "total": "9.90"}'
    """  # noqa: E501 - a valid order of the sample
    message = _single_message(body, attribute or [], group, deduplication_id, delay, file)
    worker = target.worker()
    queue = worker.queue
    if message is not None and queue.is_fifo and group is None:
        raise UsageError(f"{queue.name} is a FIFO queue, so the message needs a message group: --group GROUP")
    rejects = operations.RejectedFile(rejected or Path("not-accepted.jsonl"), exactly=rejected is not None)
    reading = _messages(message, file, raw=raw, group=group, need_group=queue.is_fifo)
    with reading as (messages, total), graceful_shutdown() as stop:
        with output.board() as board:

            def on_progress(result: operations.SendResult) -> None:
                if total > 1:
                    board.show("Sent", result.accepted, total, f"{result.rejected:,} not accepted" if result.rejected else "")

            result = operations.send_messages(
                worker.sqs, queue, messages, rate=rate, stop=stop, on_progress=on_progress, on_rejected=rejects.add
            )
        rejects.close()
        _report(result, rejects, target, output)
    if result.rejected:
        raise typer.Exit(INTERRUPTED if stop.is_set() else 1)


def _report(result: operations.SendResult, rejects: operations.RejectedFile, target: Target, output: Output) -> None:
    file = str(rejects.path) if rejects.path else None
    more = {"rejected": result.rejected, "rejected_file": file, "not_written": rejects.not_written, "reasons": rejects.reasons}
    output.document({**asdict(result), **more})
    of = f"{result.accepted:,} of " if result.rejected else ""
    message_id = f", message id {result.message_id}" if result.accepted == result.total == 1 else ""
    output.line(f"{result.queue}: {of}{counted(result.total, 'message')} accepted{message_id}")
    if result.possibly_duplicated:
        they = "it was" if result.possibly_duplicated == 1 else "they were"
        duplicates = counted(result.possibly_duplicated, "message")
        output.say(f"{duplicates} may be in the queue twice, because {they} sent again after a lost response.")
    for reason, count in rejects.reasons.items():
        output.say(f"{counted(count, 'message')} not accepted: {reason}")
    if result.possibly_sent:
        output.say(f"{result.possibly_sent:,} of them may be in the queue, because SQS neither confirmed nor refused them.")
    if rejects.not_written:
        output.say(f"{rejects.not_written:,} of them could not be written to a file: {rejects.problem}")
    if file:
        output.say(f"Messages that were not accepted are in {file}. Next: {target.command_line('send', '--file', file)}")
    for other in rejects.incomplete:
        again = target.command_line("send", "--file", str(other))
        output.say(f"More are in {other}, which could not be completed. Next: {again}")


def _single_message(
    body: str | None,
    attributes: list[str],
    group: str | None,
    deduplication_id: str | None,
    delay: int | None,
    file: str | None,
) -> Message | None:
    """The message in the options; None if a file is given. Raises UsageError if both or neither are given."""
    if (body is None) == (file is None):
        raise UsageError("Use either --body TEXT or --file FILE (- is standard input)")
    if body is None:
        options = {"--attribute": attributes or None, "--deduplication-id": deduplication_id, "--delay": delay}
        for option, value in options.items():
            if value is not None:
                raise UsageError(f"{option} cannot be used with --file. Set it for each message in the file")
        return None
    if not body:
        raise UsageError("--body is empty. SQS does not accept empty messages")
    texts = {"--body": body, "--group": group or "", "--deduplication-id": deduplication_id or ""}
    for option, text in [*texts.items(), *(("--attribute", each) for each in attributes)]:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise UsageError(f"{option} is not valid UTF-8") from error
    return Message(body, dict(map(parse_attribute, attributes)), group, deduplication_id, delay)


@contextmanager
def _messages(
    message: Message | None, file: str | None, *, raw: bool, group: str | None, need_group: bool
) -> Iterator[tuple[Iterable[Message], int]]:
    """The messages of a copy of the file, and their number.

    The whole copy is read first, so that nothing is sent if it has an error.
    """
    if message is not None or file is None:
        yield [message] if message else [], 1
        return
    name = display_name(file)
    with open_copy(file) as lines:
        total = sum(1 for _ in read_lines(lines, name, raw=raw, group=group, need_group=need_group))
        if not total:
            raise UsageError(f"{name} contains no messages")
        lines.seek(0)
        yield read_lines(lines, name, raw=raw, group=group, need_group=need_group), total

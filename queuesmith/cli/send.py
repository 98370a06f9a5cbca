"""`queuesmith send`: sends messages to a worker's queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from queuesmith.cli.message_file import File, Raw, display_name, open_copy
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import UsageError, from_os_error
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown

if TYPE_CHECKING:
    from queuesmith.operations.messages import Message
    from queuesmith.operations.rejected_file import RejectedFile
    from queuesmith.operations.sending import SendResult

_ONE = "One message"


@on_worker
def send(
    target: Target,
    output: Output,
    *,
    body: Annotated[str | None, typer.Option(metavar="TEXT", help="The body of one message.", rich_help_panel=_ONE)] = None,
    attribute: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="An attribute of it, a String; NAME:Number=5 for another type. Repeat for more.",
            rich_help_panel=_ONE,
        ),
    ] = None,
    group: Annotated[str | None, typer.Option(help="Its message group; of a file, that of messages without one.")] = None,
    deduplication_id: Annotated[str | None, typer.Option(help="Its deduplication id, on FIFO.", rich_help_panel=_ONE)] = None,
    delay: Annotated[
        int | None, typer.Option(min=0, max=900, help="Seconds until it can be received.", rich_help_panel=_ONE)
    ] = None,
    file: File = None,
    raw: Raw = False,
    rate: Annotated[float | None, typer.Option(min=0.1, metavar="N", help="The most messages a second.")] = None,
    rejected: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where messages go that were not accepted, to be sent again. Default: not-sent.jsonl."
        ),
    ] = None,
) -> None:
    """Send one message, or those of a file, to a worker's queue, and account for each.

    A file is read to its end before the first message is sent. Exit status 0: SQS accepted all; 1: not all.

    Example: queuesmith send dev orders --body '{"order_id": "o-1", "customer_id": "c-1", "lines": [{"sku": "s-1", "quantity": 1, "price": "9.90"}], "total": "9.90"}'
    """  # noqa: E501 - an order that the sample takes
    from queuesmith.operations.rejected_file import RejectedFile
    from queuesmith.operations.sending import send_messages

    one = _one(body, attribute or [], group, deduplication_id, delay, file)
    worker = target.worker()
    queue = worker.queue
    if one is not None and queue.is_fifo and group is None:
        raise UsageError(f"{queue.name} is a FIFO queue, and a message for it needs a group: --group")
    rejects = _Rejects(RejectedFile(rejected or Path("not-sent.jsonl"), exactly=rejected is not None))
    reading = _messages(one, file, raw=raw, group=group, need_group=queue.is_fifo)
    with reading as (given, total), graceful_shutdown() as stop:
        with output.board() as board:

            def on_progress(sent: SendResult) -> None:
                if total > 1:
                    board.show("Sent", sent.accepted, total, f"{sent.rejected:,} not accepted" if sent.rejected else "")

            sent = send_messages(
                worker.sqs, queue, given, rate=rate, stop=stop, on_progress=on_progress, on_rejected=rejects.add
            )
        rejects.file.close()
        _say(sent, rejects, target, output)
    if sent.rejected:
        raise typer.Exit(INTERRUPTED if stop.is_set() else 1)


class _Rejects:
    """Messages that were not accepted: counted by reason, and written to a file."""

    def __init__(self, file: RejectedFile) -> None:
        self.file = file
        self.reasons: dict[str, int] = {}
        self.not_written = 0
        self.problem = ""
        """Why the last of these could not be written."""

    def add(self, message: Message, why: str) -> None:
        """Write the message. If no file can be written, only the counts are updated."""
        self.reasons[why] = self.reasons.get(why, 0) + 1
        try:
            self.file.add(message)
        except OSError as error:
            self.not_written += 1
            self.problem = str(from_os_error(error))


def _say(sent: SendResult, rejects: _Rejects, target: Target, output: Output) -> None:
    file = str(rejects.file.path) if rejects.file.path else None
    more = {"rejected": sent.rejected, "rejected_file": file, "not_written": rejects.not_written, "reasons": rejects.reasons}
    output.document({**asdict(sent), **more})
    of = f" of {sent.total:,}" if sent.rejected else ""
    only = f", as {sent.message_id}" if sent.accepted == sent.total == 1 else ""
    output.line(f"{sent.queue}: {sent.accepted:,}{of} accepted{only}")
    if sent.possibly_duplicated:
        they = "it was" if sent.possibly_duplicated == 1 else "they were"
        twice = counted(sent.possibly_duplicated, "message")
        output.say(f"{twice} may have arrived twice: the connection broke, and {they} sent again.")
    for why, count in rejects.reasons.items():
        output.say(f"{count:,} not accepted: {why}")
    if sent.possibly_sent:
        output.say(f"{sent.possibly_sent:,} of them may have arrived all the same: SQS did not say that it has them.")
    if rejects.not_written:
        output.say(f"{rejects.not_written:,} of them could not be written to a file: {rejects.problem}")
    if file:
        output.say(f"They are in {file}. Next: {target.command_line('send', '--file', file)}")
    for other in rejects.file.others:
        again = target.command_line("send", "--file", str(other))
        output.say(f"Some are in {other}, which could not be written to its end. Next: {again}")


def _one(
    body: str | None,
    attributes: list[str],
    group: str | None,
    deduplication_id: str | None,
    delay: int | None,
    file: str | None,
) -> Message | None:
    """The message in the options; None if a file is given. Raises UsageError if both or neither are given."""
    from queuesmith.operations.messages import Message

    if (body is None) == (file is None):
        raise UsageError("Say what to send: --body TEXT, or --file FILE (- is standard input), and not both")
    if body is None:
        given = {"--attribute": attributes or None, "--deduplication-id": deduplication_id, "--delay": delay}
        for option, value in given.items():
            if value is not None:
                raise UsageError(f"{option} is about one message. In a file, each message has its own")
        return None
    if not body:
        raise UsageError("--body is empty, which SQS refuses")
    for text in (body, *attributes, group or "", deduplication_id or ""):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise UsageError("--body, or another of the texts, is not UTF-8") from error
    return Message(body, dict(map(_attribute, attributes)), group, deduplication_id, delay)


def _attribute(text: str) -> tuple[str, dict[str, Any]]:
    name, equals, value = text.partition("=")
    name, _, kind = name.partition(":")
    if not (name and equals and value):
        raise UsageError(f'--attribute is "{text}", but must be NAME=VALUE, or NAME:Number=VALUE')
    if kind not in ("", "String", "Number"):
        raise UsageError(f"--attribute {text}: {kind} is no type for it. Binary values go into a file")
    return name, {"DataType": kind or "String", "StringValue": value}


@contextmanager
def _messages(
    one: Message | None, file: str | None, *, raw: bool, group: str | None, need_group: bool
) -> Iterator[tuple[Iterable[Message], int]]:
    """The messages of a copy of the file, and their number.

    The whole copy is read first, so that nothing is sent if it has an error.
    """
    from queuesmith.operations.messages import read_lines

    if one is not None or file is None:
        yield [one] if one else [], 1
        return
    name = display_name(file)
    with open_copy(file) as lines:
        total = sum(1 for _ in read_lines(lines, name, raw=raw, group=group, need_group=need_group))
        if not total:
            raise UsageError(f"{name} has no messages in it")
        lines.seek(0)
        yield read_lines(lines, name, raw=raw, group=group, need_group=need_group), total

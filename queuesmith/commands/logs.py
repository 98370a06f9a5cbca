"""`queuesmith logs`: a worker's log."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from queuesmith.commands.output import Output, to_json
from queuesmith.commands.target import Target, on_worker
from queuesmith.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from queuesmith.aws.worker import Worker
    from queuesmith.logs import Event

NOT_SHOWN = frozenset({"service", "function_name", "function_arn", "function_memory_size", "queue", "xray_trace_id", "_aws"})
"""Fields that are the same in every line of a worker, or are for machines: --json has them."""
INDENT = " " * 4
_BARE = re.compile(r"""[^\s"'=\\{}\[\]]+""")
_STYLES = {"FATAL": "bold red", "ERROR": "red", "WARN": "yellow", "INFO": "green", "DEBUG": "dim", "TRACE": "dim"}
Piece = tuple[str, str]
"""A text and its style."""


@on_worker
def logs(
    target: Target,
    output: Output,
    *,
    since: Annotated[str, typer.Option(metavar="TIME", help="15m, 2h, 3d ago, or a time as ISO 8601, in UTC.")] = "15m",
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="The same for the end. Left out: now.", show_default=False)
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Show what comes, too, until Ctrl-C.")] = False,
    message_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Only lines about this SQS message.", show_default=False)
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help="The least level: TRACE, DEBUG, INFO, WARN, ERROR or FATAL.", show_default=False),
    ] = None,
) -> None:
    """Show a worker's log: time, level, message, and what else a line of JSON says; tracebacks below their line.

    With --json it prints JSON Lines, an event on each, with everything that is in them.

    Example: queuesmith logs dev orders --since 1h
    """
    from queuesmith import logs as log
    from queuesmith.times import moment

    now = datetime.now(UTC)
    begin = moment(since, "--since", now)
    end = moment(until, "--until", now) if until else None
    least = log.level_named(level, "--level") if level else None
    if follow and end:
        raise UsageError("--follow shows what comes, and --until ends before that. Give one of them")
    if begin >= (end or now):
        raise UsageError(f"--since is {since}, which is not before {f'--until, {until}' if until else 'now'}")
    worker = target.one()
    group, client = _log_group(worker), worker.connection.client("logs")
    asked: dict[str, Any] = {"since": begin, "level": least, "message_id": message_id}
    events = log.follow(client, group, **asked) if follow else log.read(client, group, until=end, **asked)
    count, original = 0, None

    def say_count() -> None:
        output.say(f"{count:,} {'line' if count == 1 else 'lines'} of {group} since {begin:%Y-%m-%dT%H:%M:%SZ}")

    try:
        for event in _found(events, worker, group, client.meta.region_name):
            _show(event, output)
            count += 1
            if message_id and event.fields.get("copy_id") == message_id:
                original = event.message_id
    except KeyboardInterrupt:
        say_count()
        raise
    say_count()
    if original:
        output.say(f"It is a copy of {original}. Next: {target.again('logs', '--since', since, '--message-id', original)}")
    if not count:
        output.say(f"Next: {target.again('logs', *_wider(now - begin, message_id, level))}")


def _found(events: Iterator[Event], worker: Worker, group: str, region: str) -> Iterator[Event]:
    """The lines. Raises NotFoundError where there is no such log group."""
    from botocore.exceptions import ClientError

    from queuesmith.aws.refusals import is_missing

    try:
        yield from events
    except ClientError as error:
        if not is_missing(error):
            raise
        why = f"{worker.function_name} has not run yet, or is not there{worker.names.note}"
        raise NotFoundError(f"There is no log group {group} in {region}: {why}") from error


def _log_group(worker: Worker) -> str:
    """The function's log group. Where the function is gone, or may not be looked at: the one that it has by itself."""
    from botocore.exceptions import ClientError

    from queuesmith.aws.refusals import is_denied, is_missing

    try:
        return worker.log_group
    except ClientError as error:
        if not (is_missing(error) or is_denied(error)):
            raise
        return f"/aws/lambda/{worker.function_name}"


def _wider(window: timedelta, message_id: str | None, level: str | None) -> list[str]:
    """Options that may find more: all levels, or else a longer time."""
    longer = "1d" if window < timedelta(days=1) else "7d" if window < timedelta(days=7) else "30d"
    given = {"--since": longer, "--message-id": message_id} if level is None else {"--message-id": message_id}
    return [word for name, value in given.items() if value for word in (name, value)]


def _show(event: Event, output: Output) -> None:
    if output.as_json:
        output.write(to_json(asdict(event), compact=True))
        return
    if sys.stdout.isatty():
        show_on_terminal(event, sys.stdout)
        return
    head, below = _pieces(event)
    output.line("".join(text for text, _ in head).rstrip())
    for line in below:
        output.line(f"{INDENT}{line}")


def show_on_terminal(event: Event, terminal: TextIO) -> None:
    """A line of a log in colours."""
    from rich.console import Console
    from rich.text import Text

    from queuesmith.rules.wording import printable

    head, below = _pieces(event)
    console = Console(file=terminal, highlight=False, markup=False, emoji=False)
    console.print(Text.assemble(*((printable(text.expandtabs()), style) for text, style in head)), soft_wrap=True)
    for line in below:
        console.print(Text(INDENT + printable(line.expandtabs())), soft_wrap=True)


def as_it_comes(output: Output) -> Callable[[str], None]:
    """Shows what a program writes, on stderr: its lines of JSON on a terminal as above, all others as they are."""
    from queuesmith.logs import parsed

    def show(line: str) -> None:
        if sys.stderr.isatty() and line.startswith("{"):
            show_on_terminal(parsed({"timestamp": time.time() * 1000, "message": line}), sys.stderr)
        else:
            output.say(line)

    return show


def _pieces(event: Event) -> tuple[list[Piece], list[str]]:
    """The line in pieces, and what stands below it: the rest of a message of several lines, and fields such as a traceback."""
    level = event.level or ""
    first, *below = (event.message or ("metrics" if "_aws" in event.fields else "")).split("\n")
    named = [f"message_id={event.message_id}"] if event.message_id else []
    for name, value in event.fields.items():
        block = _block(name, value)
        if name in NOT_SHOWN:
            continue
        if block is None:
            named.append(f"{name}={_value(value)}")
        else:
            below += block if _is_traceback(name) else [f"{name}:", *(f"{INDENT}{line}" for line in block)]
    head = [(f"{event.time} ", "dim"), (f"{level:<5}", _STYLES.get(level, "")), (f" {first}", "")]
    return [*head, ("".join(f"{' ' if index else '  '}{each}" for index, each in enumerate(named)), "dim")], below


def _is_traceback(name: str) -> bool:
    return name.lower().replace("_", "") in {"exception", "stacktrace", "traceback"}


def _block(name: str, value: Any) -> list[str] | None:
    """The lines of a value that has several: a text, the frames of a traceback; None for another."""
    if isinstance(value, str) and "\n" in value:
        return value.rstrip("\n").split("\n")
    if not _is_traceback(name):
        return None
    if isinstance(value, dict) and isinstance(value.get("frames"), list):  # as Powertools serializes it
        return [_frame(frame) for frame in value["frames"]]
    if isinstance(value, list):  # as Lambda's runtime for Python writes it
        return [line for each in value for line in str(each).rstrip("\n").split("\n")]
    return None


def _frame(frame: Any) -> str:
    if not isinstance(frame, dict):
        return str(frame)
    return f'File "{frame.get("file")}", line {frame.get("line")}, in {frame.get("function")}: {frame.get("statement")}'


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return to_json(value, compact=True)

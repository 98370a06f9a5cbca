"""Prints lines of a worker's log: in colours on a terminal, as text elsewhere."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TextIO

from queuesmith import operations
from queuesmith.cli.output import Output
from queuesmith.common.printing import printable, to_json

NOT_SHOWN = frozenset({"service", "function_name", "function_arn", "function_memory_size", "queue", "xray_trace_id", "_aws"})
"""Fields with the same value in every line of a worker, or for machines only. The output of --json includes them."""
INDENT = " " * 4
_BARE = re.compile(r"""[^\s"'=\\{}\[\]]+""")
_STYLES = {"FATAL": "bold red", "ERROR": "red", "WARN": "yellow", "INFO": "green", "DEBUG": "dim", "TRACE": "dim"}
Piece = tuple[str, str]
"""A text and its style."""


def show(event: operations.LogEvent, output: Output) -> None:
    """Print a line of a log to stdout: as JSON if requested, in colours on a terminal, otherwise as text."""
    if output.as_json:
        output.write(to_json(asdict(event), compact=True))
        return
    if sys.stdout.isatty():
        show_on_terminal(event, sys.stdout)
        return
    head, below = pieces(event)
    output.line("".join(text for text, _ in head).rstrip())
    for line in below:
        output.line(f"{INDENT}{line}")


def show_on_terminal(event: operations.LogEvent, terminal: TextIO) -> None:
    """Print a line of a log in colours."""
    from rich.console import Console
    from rich.text import Text

    head, below = pieces(event)
    console = Console(file=terminal, highlight=False, markup=False, emoji=False)
    console.print(Text.assemble(*((printable(text.expandtabs()), style) for text, style in head)), soft_wrap=True)
    for line in below:
        console.print(Text(INDENT + printable(line.expandtabs())), soft_wrap=True)


def log_line_printer(output: Output) -> Callable[[str], None]:
    """Return a function that prints a program's output line by line to stderr.

    On a terminal, JSON lines are printed in colours. All other lines are printed unchanged.
    """

    def show_line(line: str) -> None:
        if sys.stderr.isatty() and line.startswith("{"):
            show_on_terminal(operations.parse_event({"timestamp": time.time() * 1000, "message": line}), sys.stderr)
        else:
            output.say(line)

    return show_line


def pieces(event: operations.LogEvent) -> tuple[list[Piece], list[str]]:
    """The first line as pieces, and the lines below it: the rest of the message, and fields such as a traceback."""
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
    """The lines of a multi-line value, such as a text or the frames of a traceback; None for other values."""
    if isinstance(value, str) and "\n" in value:
        return value.rstrip("\n").split("\n")
    if not _is_traceback(name):
        return None
    if isinstance(value, dict) and isinstance(value.get("frames"), list):  # the form of Powertools
        return [_frame(frame) for frame in value["frames"]]
    if isinstance(value, list):  # the form of Lambda's runtime for Python
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

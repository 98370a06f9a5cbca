"""How commands print: data on stdout, talk on stderr; tables and bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from queuesmith.progress import Board

_CONTROL = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal may act on, beside what JSON escapes anyway."""
VERSION = 1
"""Of the JSON documents; it changes when a key goes or changes its meaning. New keys may come without."""


@dataclass(frozen=True)
class Output:
    """Where a command's results go. With `as_json` stdout has JSON and nothing else."""

    as_json: bool = False

    def say(self, text: str) -> None:
        """Talk: what is going on, what was not done, and the next command. Never data."""
        print(_printable(text), file=sys.stderr, flush=True)

    def line(self, text: str = "") -> None:
        """A line of data for a person; nothing where JSON was asked for."""
        if not self.as_json:
            print(_encodable(_printable(text)), flush=True)

    def document(self, content: Mapping[str, Any], *, compact: bool = False) -> None:
        """The data for a script, where JSON was asked for. `compact`: on one line, as one of several documents."""
        if self.as_json:
            self.write(to_json({"version": VERSION, **content}, compact=compact))

    @staticmethod
    def write(text: str) -> None:
        """A line of stdout as it is, in UTF-8 whatever the locale."""
        sys.stdout.flush()
        binary = getattr(sys.stdout, "buffer", None)
        if binary is None:
            sys.stdout.write(f"{text}\n")
        else:
            binary.write(f"{text}\n".encode("utf-8", "backslashreplace"))
        sys.stdout.flush()

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table for a person: with lines on a terminal, else in columns. Columns that end in ` #` are numbers."""
        if self.as_json:
            return
        cells = [[_printable(cell) for cell in row] for row in rows]
        names = [name.removesuffix(" #") for name in columns]
        right = [name.endswith(" #") for name in columns]
        if sys.stdout.isatty():
            _rich_table(title, names, right, cells)
            return
        widths = [max(len(row[index]) for row in [names, *cells]) for index in range(len(names))]
        for row in [names, *cells]:
            line = (
                cell.rjust(width) if of_number else cell.ljust(width)
                for cell, width, of_number in zip(row, widths, right, strict=True)
            )
            self.line("  ".join(line).rstrip())

    def board(self) -> Board:
        """Progress, on stderr."""
        from queuesmith.progress import Board

        return Board(error_console())


def messages(count: int) -> str:
    """`1 message`, `1,200 messages`."""
    return f"{count:,} message{'' if count == 1 else 's'}"


def error_console() -> Console:
    """Rich's console on stderr."""
    from rich.console import Console

    return Console(file=sys.stderr, highlight=False, markup=False, emoji=False)


def to_json(content: object, *, compact: bool = False) -> str:
    """JSON, indented or on one line; what is not of JSON as its text."""
    if compact:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
    else:
        text = json.dumps(content, ensure_ascii=False, indent=2, default=str)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _rich_table(title: str, names: Sequence[str], right: Sequence[bool], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left")
    for name, of_number in zip(names, right, strict=True):
        table.add_column(name, justify="right" if of_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, markup=False, emoji=False).print(table)


def _printable(text: str) -> str:
    """Without what would steer somebody's terminal; lines stay lines."""
    if text.isprintable():
        return text
    return "\n".join(
        "".join(char if char.isprintable() or char == "\t" else char.encode("unicode_escape").decode("ascii") for char in line)
        for line in text.split("\n")
    )


def _encodable(text: str) -> str:
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)

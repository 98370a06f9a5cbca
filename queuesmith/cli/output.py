"""The output of commands: results on stdout, other text on stderr; tables and bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from queuesmith.common.printing import JSON_VERSION, counted, encodable, one_line, to_json, write_utf8

if TYPE_CHECKING:
    from queuesmith.common.progress import ProgressBoard

SHOWN_IDS = 10


@dataclass(frozen=True)
class Output:
    """The destination of a command's results. With `as_json`, stdout contains only JSON."""

    as_json: bool = False

    def say(self, text: str) -> None:
        """Print a line to stderr: progress, what was not done, or the next command. Never results."""
        with contextlib.suppress(OSError):  # stderr is closed: the results and the exit status are still correct
            print(one_line(text), file=sys.stderr, flush=True)

    def line(self, text: str = "") -> None:
        """Print a line of results, unless the output is JSON."""
        if not self.as_json:
            print(encodable(one_line(text), sys.stdout.encoding), flush=True)

    def document(self, content: Mapping[str, Any], *, compact: bool = False) -> None:
        """Print the results as JSON, if the output is JSON. `compact`: on one line, for one of several documents."""
        if self.as_json:
            self.write(to_json({"version": JSON_VERSION, **content}, compact=compact))

    @staticmethod
    def write(text: str) -> None:
        """Write a line to stdout unchanged, in UTF-8 regardless of the locale."""
        write_utf8(f"{text}\n", sys.stdout)

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table: with borders on a terminal, otherwise in columns. Columns whose name ends in ` #` contain numbers."""
        if self.as_json:
            return
        cells = [[one_line(cell) for cell in row] for row in rows]
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

    def board(self) -> ProgressBoard:
        """A progress board on stderr."""
        from queuesmith.common.progress import ClosableConsole, ProgressBoard

        return ProgressBoard(ClosableConsole(file=sys.stderr, highlight=False, markup=False, emoji=False))


def still_invisible(count: int, seconds: int) -> str:
    """A sentence about messages that were read and could not be made visible again."""
    return f"{counted(count, 'message')} could not be made visible again. SQS does it within {seconds:,} s."


def show_ids(ids: Sequence[str], show: Callable[[str], None]) -> None:
    """Show the first message ids, and how many more there are."""
    for each in ids[:SHOWN_IDS]:
        show(f"  {each}")
    if len(ids) > SHOWN_IDS:
        show(f"  and {len(ids) - SHOWN_IDS:,} more")


def _rich_table(title: str, names: Sequence[str], right: Sequence[bool], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left")
    for name, of_number in zip(names, right, strict=True):
        table.add_column(name, justify="right" if of_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, markup=False, emoji=False).print(table)

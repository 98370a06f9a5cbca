"""Live progress on a terminal, plain lines elsewhere. Where nobody can be told any more, the work goes on all the same."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TimeElapsedColumn

PLAIN_INTERVAL = 10.0
"""Seconds between two plain lines about the same row that is not finished."""


class LastingConsole(Console):
    """A console that its reader may leave: what is printed then goes nowhere. Rich's own ends the program."""

    def on_broken_pipe(self) -> None:
        """What Rich calls then."""
        self.quiet = True


class Board:
    """Rows such as `Applied 12/23`. On a terminal they are bars that move; elsewhere a line when a row has changed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = ("{task.description:<12}", BarColumn(bar_width=32), "{task.fields[count]:>7}", TimeElapsedColumn())
        self._progress = Progress(*columns, "{task.fields[note]}", console=console)
        self._tasks: dict[str, TaskID] = {}
        self._shown: dict[str, tuple[str, float]] = {}

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            with self._telling():
                self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._console.is_terminal:
            with self._telling():
                self._progress.stop()

    def show(self, row: str, done: int, total: int | None = None, note: str = "") -> None:
        """Set a row. `total` is left out for a number that only counts up."""
        with self._telling():
            if self._console.is_terminal:
                self._show_bar(row, done, total, note)
            else:
                self._show_line(row, done, total, note)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        """What is counted here has to be ended and accounted for, although the terminal is closed or its pipe broken."""
        try:
            yield
        except OSError:
            self._console.quiet = True

    def _show_bar(self, row: str, done: int, total: int | None, note: str) -> None:
        count = _count(done, total)
        if row not in self._tasks:
            self._tasks[row] = self._progress.add_task(row, total=total, count=count, note=note)
        self._progress.update(self._tasks[row], completed=done, total=total, count=count, note=note)

    def _show_line(self, row: str, done: int, total: int | None, note: str) -> None:
        text = f"{row}: {_count(done, total)}" + (f" ({note})" if note else "")
        before, when = self._shown.get(row, ("", 0.0))
        if text == before or (done != total and time.monotonic() - when < PLAIN_INTERVAL):
            return
        self._shown[row] = (text, time.monotonic())
        self._console.print(text, highlight=False, soft_wrap=True)


def _count(done: int, total: int | None) -> str:
    return str(done) if total is None else f"{done}/{total}"

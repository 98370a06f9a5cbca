"""Live progress on a terminal, and plain lines elsewhere. If the output is closed, the work continues without it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TimeElapsedColumn

PLAIN_INTERVAL = 10.0
"""Seconds between two plain lines about the same unfinished row."""


class ClosableConsole(Console):
    """A console whose output can be closed. Later output is then discarded. Rich's own console would end the program."""

    def on_broken_pipe(self) -> None:
        """Discard later output. Rich calls this when the pipe is closed."""
        self.quiet = True


class ProgressBoard:
    """Rows such as `Applied 12/23`. A terminal shows them as moving bars; elsewhere each changed row is printed as a line."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = ("{task.description:<12}", BarColumn(bar_width=32), "{task.fields[count]:>7}", TimeElapsedColumn())
        self._progress = Progress(*columns, "{task.fields[note]}", console=console)
        self._tasks: dict[str, TaskID] = {}
        self._shown: dict[str, tuple[str, float]] = {}

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            with self._ignoring_closed_output():
                self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop the bars, for example before a prompt. Later rows are not shown on a terminal."""
        if self._console.is_terminal:
            with self._ignoring_closed_output():
                self._progress.stop()

    def show(self, row: str, done: int, total: int | None = None, note: str = "") -> None:
        """Set a row. `total` is None if the total is unknown."""
        with self._ignoring_closed_output():
            if self._console.is_terminal:
                self._show_bar(row, done, total, note)
            else:
                self._show_line(row, done, total, note)

    @contextlib.contextmanager
    def _ignoring_closed_output(self) -> Iterator[None]:
        """Stop printing if the terminal or the pipe is closed. The work continues and reports its result."""
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

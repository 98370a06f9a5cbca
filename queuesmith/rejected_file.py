"""A file of messages that were not accepted, in the form in which they can be sent again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from queuesmith.errors import UsageError
from queuesmith.messages import Message

ATTEMPTS = 1000
"""Names that are tried, the wanted one included."""


class RejectedFile:
    """Made with the first message, and never over another file: then the next free name is taken."""

    def __init__(self, path: Path, *, exactly: bool = False) -> None:
        """`exactly`: take no other name where there is such a file. Raises UsageError where it cannot be made."""
        if exactly and path.exists():
            raise UsageError(f"{path} is there already. Name another file for what is not accepted: --rejected FILE")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise UsageError(
                f"{path} cannot be made in its folder. Name another file for what is not accepted: --rejected FILE"
            )
        self._wanted, self.path = path, None
        self.others: list[Path] = []
        """Files that could not be written to their end, before `path`."""
        self._file: TextIO | None = None

    path: Path | None
    """Where the messages are; None as long as there is none."""

    def add(self, message: Message) -> None:
        """Write a message, so that it is on its way to the disk before anything else happens.

        Where that fails the rest goes to a file in the system's folder for temporary ones. Raises OSError where that fails too.
        """
        line = f"{message.line()}\n"
        try:
            self._write(line, self._opened)
        except OSError:
            self._file = None
            self._write(line, self._elsewhere)

    def close(self) -> None:
        """Nothing more comes."""
        if self._file is not None:
            self._file.close()

    def _opened(self) -> TextIO:
        for number in range(1, ATTEMPTS + 1):
            path = self._wanted if number == 1 else self._wanted.with_stem(f"{self._wanted.stem}-{number}")
            try:
                file = path.open("x", encoding="utf-8")
            except FileExistsError:
                continue
            self.path = path
            return file
        raise UsageError(f"{self._wanted} and {ATTEMPTS - 1:,} like it are there already. Name another file: --rejected FILE")

    def _elsewhere(self) -> TextIO:
        handle, name = tempfile.mkstemp(prefix="not-sent-", suffix=".jsonl")
        self.others, self.path = [*self.others, *([self.path] if self.path else [])], Path(name)
        return open(handle, "w", encoding="utf-8")

    def _write(self, line: str, opened: Callable[[], TextIO]) -> None:
        if self._file is None:
            self._file = opened()
        self._file.write(line)
        self._file.flush()

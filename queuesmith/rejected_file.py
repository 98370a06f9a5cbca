"""A file of messages that were not accepted, in the form in which they can be sent again."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from queuesmith.errors import UsageError
from queuesmith.messages import Message

ATTEMPTS = 1000


class RejectedFile:
    """Made with the first message, and never over another file: then the next free name is taken."""

    def __init__(self, path: Path, *, exactly: bool = False) -> None:
        """`exactly`: take no other name where there is such a file. Raises UsageError for it."""
        if exactly and path.exists():
            raise UsageError(f"{path} is there already. Name another file for what is not accepted: --rejected FILE")
        self._wanted, self.path = path, None
        self._file: TextIO | None = None

    path: Path | None
    """Where the messages are; None as long as there is none."""

    def add(self, message: Message) -> None:
        """Write a message, so that it is on the disk before anything else happens. Raises OSError where that fails."""
        if self._file is None:
            self._file = self._opened()
        self._file.write(f"{message.line()}\n")
        self._file.flush()

    def close(self) -> None:
        """Nothing more comes."""
        if self._file is not None:
            self._file.close()

    def _opened(self) -> TextIO:
        for number in range(1, ATTEMPTS):
            path = self._wanted if number == 1 else self._wanted.with_stem(f"{self._wanted.stem}-{number}")
            try:
                file = path.open("x", encoding="utf-8")
            except FileExistsError:
                continue
            self.path = path
            return file
        raise UsageError(f"{self._wanted} and {ATTEMPTS} like it are there already. Name another file: --rejected FILE")

"""Writes messages that were not accepted to a file, in the format that `send` reads."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from queuesmith.common.errors import UsageError
from queuesmith.common.files import create_private
from queuesmith.operations.messages import Message

ATTEMPTS = 1000
"""The number of file names that are tried, including the requested one."""


class RejectedFile:
    """Creates the file with the first message, readable only by its owner.

    An existing file is never overwritten: the next free name is used.
    """

    def __init__(self, path: Path, *, exactly: bool = False) -> None:
        """Prepare the file. `exactly`: use no other name if the file exists. Raises UsageError if it cannot be created."""
        if exactly and path.exists():
            raise UsageError(f"{path} is there already. Name another file for what is not accepted: --rejected FILE")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise UsageError(
                f"{path} cannot be made in its folder. Name another file for what is not accepted: --rejected FILE"
            )
        self._wanted, self.path = path, None
        self.others: list[Path] = []
        """Earlier files that could not be completed. Each ends with a complete message."""
        self._descriptor: int | None = None

    path: Path | None
    """The file with the messages; None before the first message."""

    def add(self, message: Message) -> None:
        """Write a message to the file immediately.

        If that fails, this and later messages go to a file in the system's temporary folder. Raises OSError if that fails too.
        """
        line = f"{message.line()}\n".encode()
        try:
            self._write(line, self._opened)
        except OSError:
            self._write(line, self._elsewhere)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _opened(self) -> int:
        for number in range(1, ATTEMPTS + 1):
            path = self._wanted if number == 1 else self._wanted.with_stem(f"{self._wanted.stem}-{number}")
            with contextlib.suppress(FileExistsError):
                descriptor = create_private(path)
                self.path = path
                return descriptor
        raise FileExistsError

    def _elsewhere(self) -> int:
        descriptor, name = tempfile.mkstemp(prefix="not-sent-", suffix=".jsonl")
        self.others, self.path = [*self.others, *([self.path] if self.path else [])], Path(name)
        return descriptor

    def _write(self, line: bytes, opened: Callable[[], int]) -> None:
        """Write a complete line or nothing. Raises OSError; the next line then goes to another file."""
        if self._descriptor is None:
            self._descriptor = opened()
        end, left = os.lseek(self._descriptor, 0, os.SEEK_CUR), memoryview(line)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, end)
            self.close()
            if not end and self.path is not None:
                self.path.unlink(missing_ok=True)
                self.path = None
            raise

"""Writes messages that were not accepted to a file, in the format that `send` reads."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from queuesmith.common.errors import UsageError, from_os_error
from queuesmith.common.files import create_private
from queuesmith.operations.messages import Message

ATTEMPTS = 1000
"""The number of file names that are tried, including the requested one."""


class RejectedFile:
    """Writes messages to a file that only its owner can read, and counts them by reason.

    The file is created with the first message. An existing file is never overwritten: the next free name is used.
    """

    def __init__(self, path: Path, *, exactly: bool = False) -> None:
        """Prepare the file. `exactly`: use no other name if the file exists. Raises UsageError if it cannot be created."""
        if exactly and path.exists():
            raise UsageError(f"{path} already exists. Specify a new file for messages that are not accepted: --rejected FILE")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise UsageError(
                f"{path} cannot be created, because its folder is missing or not writable. Specify another file: "
                "--rejected FILE"
            )
        self._requested = path
        self.path: Path | None = None
        """The file with the messages; None before the first message."""
        self.incomplete: list[Path] = []
        """Earlier files to which not all messages could be written. Each ends with a complete message."""
        self.reasons: dict[str, int] = {}
        """The number of messages for each reason."""
        self.not_written = 0
        """The number of messages that could not be written to any file."""
        self.problem = ""
        """Why the last of these could not be written."""
        self._descriptor: int | None = None

    def add(self, message: Message, reason: str) -> None:
        """Write a message to the file immediately, and count it.

        If it cannot be written, this and later messages go to a file in the system's temporary folder.
        """
        self.reasons[reason] = self.reasons.get(reason, 0) + 1
        line = f"{message.line()}\n".encode()
        try:
            try:
                self._write(line, self._create)
            except OSError:
                self._write(line, self._create_temporary)
        except OSError as error:
            self.not_written += 1
            self.problem = str(from_os_error(error))

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _create(self) -> int:
        for number in range(1, ATTEMPTS + 1):
            path = self._requested if number == 1 else self._requested.with_stem(f"{self._requested.stem}-{number}")
            with contextlib.suppress(FileExistsError):
                descriptor = create_private(path)
                self.path = path
                return descriptor
        raise FileExistsError

    def _create_temporary(self) -> int:
        descriptor, name = tempfile.mkstemp(prefix="not-accepted-", suffix=".jsonl")
        if self.path:
            self.incomplete.append(self.path)
        self.path = Path(name)
        return descriptor

    def _write(self, line: bytes, create: Callable[[], int]) -> None:
        """Write a complete line or nothing. Raises OSError; the next line then goes to another file."""
        if self._descriptor is None:
            self._descriptor = create()
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

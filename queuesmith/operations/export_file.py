"""Writes messages to a new file that `send --file` can read and only its owner can read."""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.files import create_private
from queuesmith.operations.messages import Message


class ExportFile:
    """A new file of messages. Used as a context manager, it leaves no file after an error."""

    def __init__(self, path: Path, queue: str) -> None:
        """Create the file for messages of a queue.

        Raises UsageError if it exists, and QueuesmithError if it cannot be created.
        """
        self.path, self._queue = path, queue
        try:
            descriptor = create_private(path)
        except FileExistsError as error:
            raise UsageError(f"--export {path}: this file exists. Specify a new file") from error
        except OSError as error:
            raise self._error(error) from error
        self._file = open(descriptor, "w", encoding="utf-8")  # noqa: SIM115 - closed by `complete` or `discard`

    @classmethod
    def under_free_name(cls, path: Path, queue: str) -> ExportFile:
        """Create the file under this name, or with the next free number if it exists."""
        for number in itertools.count(2):
            try:
                return cls(path, queue)
            except UsageError:
                path = path.with_stem(f"{path.stem.removesuffix(f'-{number - 1}')}-{number}")
        raise AssertionError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self.discard()
        with contextlib.suppress(OSError):  # the text that could not be written before
            self._file.close()

    def add(self, message: Message) -> None:
        """Write a message. Raises QueuesmithError if that fails."""
        try:
            self._file.write(f"{message.line()}\n")
        except OSError as error:
            raise self._error(error) from error

    def complete(self) -> None:
        """Write everything to the disk. Raises QueuesmithError if that fails."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise self._error(error) from error

    def discard(self) -> None:
        """Remove the file, because it is incomplete or not needed."""
        self.path.unlink(missing_ok=True)

    def _error(self, error: OSError) -> QueuesmithError:
        why = error.strerror or error
        return QueuesmithError(f"{self.path} cannot be written: {why}. The messages are still in {self._queue}")

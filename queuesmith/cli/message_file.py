"""The file of messages, or standard input, that `send` and `invoke` read."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO, Annotated

import typer

from queuesmith.cli.options import DASH
from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.common.printing import STANDARD_INPUT

IN_MEMORY = 16_000_000
"""The largest size in bytes of a copy in memory. A larger copy is stored in a temporary file."""

File = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="JSON Lines: each line is a body, or a message in the format of `dlq peek --export`. - is standard input.",
    ),
]
Raw = Annotated[bool, typer.Option("--raw", help="Treat each line of the file as a body.")]


def display_name(file: str) -> str:
    """The name of the file in messages."""
    return STANDARD_INPUT if file == DASH else file


def open_copy(file: str) -> IO[bytes]:
    """A copy of a file or of standard input, which no other process can change between the two times it is read.

    Raises UsageError if the file cannot be opened, and QueuesmithError if it cannot be read to its end or copied.
    """
    if file == DASH:
        if sys.stdin.isatty():
            raise UsageError("Standard input is a terminal. Pipe messages into it, or specify a file")
        return _copy_of(sys.stdin.buffer, file)
    try:
        source = Path(file).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    with source:
        return _copy_of(source, file)


def _copy_of(source: IO[bytes], file: str) -> IO[bytes]:
    copy = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        shutil.copyfileobj(source, copy)
    except OSError as error:
        copy.close()
        text = f"{display_name(file)} cannot be read and copied to {tempfile.gettempdir()}: {error.strerror or error}"
        raise QueuesmithError(text) from error
    copy.seek(0)
    return copy

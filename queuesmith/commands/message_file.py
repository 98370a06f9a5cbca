"""A file of messages, or standard input, as `send` and `invoke` take it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO, Annotated

import typer

from queuesmith.commands.options import DASH
from queuesmith.errors import UsageError
from queuesmith.texts import STANDARD_INPUT

SPOOLED = 16_000_000
"""Bytes of what cannot be read twice that are kept in memory; more goes to a temporary file."""

File = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="JSON Lines: a line is a body, or a message as `dlq peek --export` writes it; - is standard input.",
        show_default=False,
    ),
]
Raw = Annotated[bool, typer.Option("--raw", help="Every line of the file is a body, whatever it looks like.")]


def name_of(file: str) -> str:
    """What messages call it."""
    return STANDARD_INPUT if file == DASH else file


def opened(file: str) -> IO[bytes]:
    """What can be read twice: a file, or a copy of what comes through a pipe. Raises UsageError where it cannot be read."""
    if file == DASH:
        if sys.stdin.isatty():
            raise UsageError("Standard input is a terminal. Pipe messages in, or name a file")
        return _spooled(sys.stdin.buffer)
    try:
        source = Path(file).open("rb")  # noqa: SIM115 - the caller closes it
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    if source.seekable():
        return source
    with source:
        return _spooled(source)


def _spooled(source: IO[bytes]) -> IO[bytes]:
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(source, spool)
    spool.seek(0)
    return spool

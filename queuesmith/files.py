"""Files that others may be reading are replaced whole: nobody finds half of one."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


def replace_file(path: Path, content: str) -> None:
    """Give a file, which need not be there, other content."""
    with replacing(path) as partial:
        partial.write_text(content)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Where to write what then takes the file's place: a file beside it. Where that fails, the file is as it was.

    Each call has a file of its own, so that threads, and machines that share the folder, can replace one file at once.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)

"""Files that others may be reading are replaced whole, and files with messages are for their owner only."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


def replace_file(path: Path, content: str, *, private: bool = False) -> None:
    """Give a file, which need not be there, other content. `private`: only its owner can read it then."""
    with replacing(path) as partial, open(create_private(partial) if private else partial, "w") as file:
        file.write(content)


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


def create_private(path: Path) -> int:
    """Create a file that only its owner can read and write, whatever the umask; its descriptor, for writing.

    Raises FileExistsError if there is something of that name, a link included, and other OSErrors.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    if hasattr(os, "fchmod"):  # the umask can take away the owner's own rights; Windows has no such call
        os.fchmod(descriptor, 0o600)
    return descriptor

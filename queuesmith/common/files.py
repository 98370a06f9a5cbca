"""Replaces files atomically, for other processes that read them, and creates files that only their owner can read."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


def replace_file(path: Path, content: str, *, private: bool = False) -> None:
    """Replace the content of a file, or create it. `private`: only its owner can read it."""
    with atomic_replacement(path) as partial, open(create_private(partial) if private else partial, "w") as file:
        file.write(content)


@contextlib.contextmanager
def atomic_replacement(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder, which replaces the file at the end. After an error the file is unchanged.

    Each call has its own temporary file, so that threads, and machines that share the folder, can replace one file
    simultaneously.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def file_among_parents(path: Path) -> Path | None:
    """The file that prevents the creation of the path's folder, because it is where a folder must be. None if there is none."""
    return next((parent for parent in path.parents if parent.exists() and not parent.is_dir()), None)


def create_private(path: Path) -> int:
    """Create a file that only its owner can read and write, regardless of the umask. Returns a descriptor for writing.

    Raises FileExistsError if the path exists, also as a link. Other errors are OSErrors.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    if hasattr(os, "fchmod"):  # the umask can remove the owner's rights; Windows has no fchmod
        os.fchmod(descriptor, 0o600)
    return descriptor

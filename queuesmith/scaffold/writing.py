"""Writes files into a folder: all of them or none, and none over an existing file."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from queuesmith.common.errors import UsageError
from queuesmith.common.files import file_among_parents


def refuse_existing(folder: Path, names: Iterable[str], fix: str) -> None:
    """Raise UsageError if files of these names exist in the folder, or files are where folders must be. It names them all."""
    if file := file_among_parents(folder / "file"):
        raise UsageError(f"{file} is a file. {fix}")
    existing = {name for name in names if os.path.lexists(folder / name)}
    existing |= {str(file.relative_to(folder)) for name in names if (file := file_among_parents(folder / name))}
    if existing:
        raise UsageError(f"{folder} already has {', '.join(sorted(existing))}. Nothing was written. {fix}")


def write_all(folder: Path, new: Mapping[str, str], changed: Mapping[str, str]) -> None:
    """Write files. After an error or an interrupt, the folder is as before.

    A new folder appears with all its files at once. In an existing folder, each file is moved into place.

    Parameters
    ----------
    folder
        The folder, which is created if it does not exist.
    new
        The text of each new file, by its path in the folder. `refuse_existing` has checked them.
    changed
        The new text of at most one existing file. It is replaced last.

    """
    ancestor = next(path for path in (folder, *folder.parents) if path.is_dir())
    created = [path for path in _folders(folder, new) if not path.exists()]
    with tempfile.TemporaryDirectory(dir=ancestor, prefix=".queuesmith-") as temporary:
        staged = Path(temporary) / "files"
        for name, text in {**new, **changed}.items():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).write_bytes(text.encode("utf-8"))
        try:
            if folder.is_dir():
                _move(staged, folder, new, changed)
            else:
                folder.parent.mkdir(parents=True, exist_ok=True)
                os.rename(staged, folder)
        except BaseException:
            for name in new:
                if staged.exists() and not (staged / name).exists():  # it was moved
                    (folder / name).unlink(missing_ok=True)
            for path in reversed(created):
                with contextlib.suppress(OSError):
                    path.rmdir()
            raise


def _move(staged: Path, folder: Path, new: Iterable[str], changed: Iterable[str]) -> None:
    for name in new:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.rename(staged / name, folder / name)
    for name in changed:
        target = (folder / name).resolve()  # a link stays a link
        shutil.copymode(target, staged / name)
        os.replace(staged / name, target)


def _folders(folder: Path, names: Iterable[str]) -> list[Path]:
    """Return the folders of the files, each after the one that contains it."""
    return sorted({parent for name in names for parent in (folder / name).parents}, key=lambda path: len(path.parts))

"""The files of a function's sources that go into its zip: no hidden file, and nothing from outside the sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from queuesmith.common.errors import PackagingError

_COMPILED = "__pycache__"


def source_files(folder: Path) -> Iterator[Path]:
    """Every file of the sources that the zip gets, in order. A symbolic link counts as a file of its own if it leads to a
    file that could be packaged itself.

    Raises PackagingError for any other link, and for what is neither a file nor a folder.
    """
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if _is_left_out(inside):
            continue
        if path.is_symlink():
            _check_link(path, folder)
        if path.is_file():
            yield path
        elif not path.is_dir():
            shown = path.relative_to(folder.parent).as_posix()
            raise PackagingError(
                f"{shown} is a pipe, a socket or a device, which a zip cannot hold. Remove it, or give it a name that begins "
                "with a dot: hidden files are not packaged"
            )


def _is_left_out(inside: Path) -> bool:
    """Credentials are kept in hidden files and folders; requirements are installed instead."""
    hidden = any(part.startswith(".") for part in inside.parts)
    return hidden or _COMPILED in inside.parts or inside.name.startswith("requirements.")


def _check_link(link: Path, folder: Path) -> None:
    """Raises PackagingError for a link whose target the zip must not hold, or cannot."""
    root = folder.resolve()
    try:
        target = link.resolve(strict=True)
    except FileNotFoundError:
        problem, fix = "which does not exist", "Put the file there"
    except (OSError, RuntimeError):  # RuntimeError: Python 3.11 and 3.12 for links in a circle
        problem, fix = "which cannot be followed", "Put the file there"
    else:
        if not target.is_relative_to(root):
            problem, fix = f"which is outside {folder.name}/", "Put a copy there instead of the link"
        elif target.is_dir():
            problem, fix = "which is a folder: only links to files are packaged", "Put the folder itself there"
        elif _is_left_out(target.relative_to(root)):
            problem = "which is hidden, compiled or a list of requirements, and not packaged itself"
            fix = "Put a copy there instead of the link, if it holds no secret"
        else:
            return
    shown = link.relative_to(folder.parent).as_posix()
    raise PackagingError(f"{shown} is a symbolic link to {os.readlink(link)}, {problem}. {fix}, or remove the link")

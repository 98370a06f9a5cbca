"""Selects the files of a function's sources for its zip: no hidden files, and no files from outside the sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from queuesmith.common.errors import PackagingError

_COMPILED = "__pycache__"


def source_files(part: Path, project: Path) -> Iterator[Path]:
    """Yield the files for the zip from a file or folder of the project, in a fixed order.

    A symbolic link is packaged as a file if its target is a file in the same folder that can itself be packaged.

    Raises PackagingError for any other link, and for anything that is neither a file nor a folder.
    """
    folder = part if part.is_dir() else part.parent
    for path in sorted(part.rglob("*")) if part.is_dir() else [part]:
        inside = path.relative_to(folder)
        if _is_omitted(inside):
            continue
        if path.is_symlink():
            _check_link(path, folder, project)
        if path.is_file():
            yield path
        elif not path.is_dir():
            shown = path.relative_to(project).as_posix()
            raise PackagingError(
                f"{shown} is a pipe, a socket or a device, which a zip cannot contain. Remove it, or give it a name that "
                "begins with a dot, because hidden files are not packaged"
            )


def _is_omitted(inside: Path) -> bool:
    """Whether a file is not packaged. Hidden files can hold credentials, and the other files are for pip or the interpreter."""
    is_hidden = any(part.startswith(".") for part in inside.parts)
    is_for_pip = inside.name.startswith("requirements.") or inside.name == "pyproject.toml"
    return is_hidden or is_for_pip or _COMPILED in inside.parts


def _check_link(link: Path, folder: Path, project: Path) -> None:
    """Raise PackagingError for a link whose target must not or cannot be in the zip."""
    root = folder.resolve()
    try:
        target = link.resolve(strict=True)
    except FileNotFoundError:
        problem, fix = "which does not exist", "Create that file"
    except (OSError, RuntimeError):  # RuntimeError: circular links in Python 3.11 and 3.12
        problem, fix = "which cannot be resolved", "Correct the link"
    else:
        if not target.is_relative_to(root):
            where = "the project" if folder == project else f"{folder.relative_to(project).as_posix()}/"
            problem, fix = f"which is outside {where}", "Replace the link with a copy"
        elif target.is_dir():
            problem, fix = "which is a folder, but only links to files are packaged", "Replace the link with the folder"
        elif _is_omitted(target.relative_to(root)):
            problem = "which is not packaged, because it is hidden, compiled or a list of requirements"
            fix = "Replace the link with a copy if the file contains no secret"
        else:
            return
    shown = link.relative_to(project).as_posix()
    raise PackagingError(f"{shown} is a symbolic link to {os.readlink(link)}, {problem}. {fix}, or remove the link")

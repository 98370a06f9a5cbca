"""The files of a function's sources that go into its zip: no hidden file, and nothing from outside the sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from queuesmith.common.errors import PackagingError

_COMPILED = "__pycache__"


def source_files(part: Path, project: Path) -> Iterator[Path]:
    """Every file that the zip gets of a file or folder of the project, in order. A symbolic link counts as a file of its own if
    it leads to a file in the same folder that could be packaged itself.

    Raises PackagingError for any other link, and for what is neither a file nor a folder.
    """
    folder = part if part.is_dir() else part.parent
    for path in sorted(part.rglob("*")) if part.is_dir() else [part]:
        inside = path.relative_to(folder)
        if _is_left_out(inside):
            continue
        if path.is_symlink():
            _check_link(path, folder, project)
        if path.is_file():
            yield path
        elif not path.is_dir():
            shown = path.relative_to(project).as_posix()
            raise PackagingError(
                f"{shown} is a pipe, a socket or a device, which a zip cannot hold. Remove it, or give it a name that begins "
                "with a dot: hidden files are not packaged"
            )


def _is_left_out(inside: Path) -> bool:
    """Credentials are kept in hidden files and folders; requirements are installed instead, and a project file is for pip."""
    is_hidden = any(part.startswith(".") for part in inside.parts)
    is_for_pip = inside.name.startswith("requirements.") or inside.name == "pyproject.toml"
    return is_hidden or is_for_pip or _COMPILED in inside.parts


def _check_link(link: Path, folder: Path, project: Path) -> None:
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
            where = "the project" if folder == project else f"{folder.relative_to(project).as_posix()}/"
            problem, fix = f"which is outside {where}", "Put a copy there instead of the link"
        elif target.is_dir():
            problem, fix = "which is a folder: only links to files are packaged", "Put the folder itself there"
        elif _is_left_out(target.relative_to(root)):
            problem = "which is hidden, compiled or a list of requirements, and not packaged itself"
            fix = "Put a copy there instead of the link, if it holds no secret"
        else:
            return
    shown = link.relative_to(project).as_posix()
    raise PackagingError(f"{shown} is a symbolic link to {os.readlink(link)}, {problem}. {fix}, or remove the link")

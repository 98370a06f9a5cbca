"""`queuesmith add`: a worker or an environment in an existing project."""

from __future__ import annotations

import tempfile
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from queuesmith.checks.settings_check import check_configuration
from queuesmith.common.errors import UsageError
from queuesmith.scaffold.names import check_environment_name, check_worker_name, worker_names
from queuesmith.scaffold.rendering import render, render_file
from queuesmith.scaffold.toml_edit import with_tables
from queuesmith.scaffold.writing import refuse_existing, write_all
from queuesmith.settings.loading import COMMON, load
from queuesmith.settings.project import CONFIGURATION, load_configuration

_FIX = "Choose another name, or remove these files"


@dataclass(frozen=True)
class Addition:
    """What was added to a project."""

    files: list[str]
    """The paths of the new files."""
    settings: str | None
    """The file whose settings were extended. Null if none was."""
    keys: list[str]
    """The TOML tables that were added to the file in `settings`."""


def add_worker(name: str, *, fifo: bool) -> Addition:
    """Add a worker to the project in the working directory: its handler, test, message, and settings.

    Parameters
    ----------
    name
        The worker's name.
    fifo
        Whether its queue is FIFO.

    Raises
    ------
    UsageError
        If the working directory is no project, the name is not allowed, or the project has such a worker, table or file.

    """
    check_worker_name(name, "NAME")
    load_configuration()
    _refuse_existing_tables(name)
    values = worker_names(name, fifo=fifo)
    files = render("worker", **values)
    refuse_existing(Path(), files, _FIX)
    common = CONFIGURATION / COMMON
    fragment = render_file("settings.toml.jinja", **values)
    text, keys = with_tables(_text(common), fragment, common.as_posix())
    changed = {common.as_posix(): text}
    _check_settings(changed)
    write_all(Path().absolute(), files if common.exists() else files | changed, changed if common.exists() else {})
    return Addition(list(files), common.as_posix(), keys)


def add_environment(name: str) -> Addition:
    """Add an environment to the project in the working directory: its file in `config/`.

    Raises UsageError if the working directory is no project, the name is not allowed, or the file exists.
    """
    check_environment_name(name, "NAME")
    load_configuration()
    files = render("environment", environment=name, workers=[])
    refuse_existing(Path(), files, _FIX)
    _check_settings(files)
    write_all(Path().absolute(), files, {})
    return Addition(list(files), None, [])


def _refuse_existing_tables(name: str) -> None:
    """Raise UsageError if a file of `config/` has settings of a worker or table of this name."""
    for file in sorted(CONFIGURATION.glob("*.toml")):
        try:
            content = tomllib.loads(_text(file))
        except ValueError:  # the check of the settings reports it
            continue
        for kind in ("workers", "tables"):
            if name in content.get(kind, {}):
                raise UsageError(f"{file.as_posix()} already has [{kind}.{name}]. Nothing was written. Choose another name")


def _text(file: Path) -> str:
    """Return the text of a file with its line ends, or "" if there is no file."""
    return file.read_bytes().decode("utf-8") if file.exists() else ""


def _check_settings(files: dict[str, str]) -> None:
    """Raise UsageError if the files of `config/` would have errors that they do not have now."""
    before = set(check_configuration(load(CONFIGURATION), date.today(), check_zips=False).errors)
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / CONFIGURATION
        copy.mkdir()
        for path in CONFIGURATION.glob("*.toml"):
            (copy / path.name).write_bytes(path.read_bytes())
        for name, text in files.items():
            (Path(temporary) / name).write_text(text, encoding="utf-8")
        errors = check_configuration(load(copy), date.today(), check_zips=False).errors
    if new := [error for error in errors if error not in before]:
        raise UsageError("\n".join(["The result would have errors in its settings. Nothing was written.", *new]))

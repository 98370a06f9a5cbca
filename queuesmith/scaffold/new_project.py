"""`queuesmith init`: the files of a new project."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from queuesmith import __version__
from queuesmith.checks.settings_check import check_configuration
from queuesmith.common.errors import UsageError
from queuesmith.rules.wording import quote
from queuesmith.scaffold.names import (
    check_environment_name,
    check_project_name,
    check_region,
    check_worker_name,
    worker_names,
)
from queuesmith.scaffold.rendering import render
from queuesmith.scaffold.writing import refuse_existing, write_all
from queuesmith.settings.loading import load
from queuesmith.settings.project import CONFIGURATION


@dataclass(frozen=True)
class ProjectOptions:
    """The user's choices for a new project."""

    project: str
    """The project's name: a tag of all resources, and a part of the name of the state's bucket."""
    worker: str = "orders"
    """The name of the first worker."""
    region: str = "eu-central-1"
    """The AWS region."""
    fifo: bool = False
    """Whether the worker's queue is FIFO."""
    environments: tuple[str, ...] = ("dev", "prod")
    """The environments. Each becomes a Terraform stack."""
    backend: str = "local"
    """The backend for Terraform's state: `local` or `s3`."""


@dataclass(frozen=True)
class NewProject:
    """A project that was written."""

    folder: str
    """The project's folder."""
    project: str
    """The project's name."""
    files: list[str]
    """The paths of its files, relative to the folder."""


def check_environments(names: str) -> tuple[str, ...]:
    """Return the environments in a text such as `dev,prod`. Raises UsageError if a name is not allowed, or there is none."""
    environments = tuple(name.strip() for name in names.split(",") if name.strip())
    if not environments:
        raise UsageError("--environments is empty. Name at least one environment, such as dev,prod")
    return tuple(dict.fromkeys(check_environment_name(name, "--environments") for name in environments))


def _check_backend(backend: str) -> str:
    if backend not in BACKENDS:
        raise UsageError(f"--backend is {quote(backend)}, but must be {' or '.join(BACKENDS)}")
    return backend


BACKENDS = ("local", "s3")
OPTION_CHECKS: dict[str, Callable[[str], Any]] = {
    "project": lambda value: check_project_name(value, "--project"),
    "worker": lambda value: check_worker_name(value, "--worker"),
    "region": lambda value: check_region(value, "--region"),
    "environments": check_environments,
    "backend": _check_backend,
}
"""The check of each option that is a text: returns its value, or raises UsageError."""


def default_project_name(folder: Path) -> str:
    """Return the project's name for a folder: the folder's name, with hyphens for other characters than letters and digits.

    The result can be a name that `check_project_name` refuses.
    """
    return re.sub(r"[^a-z0-9]+", "-", folder.absolute().resolve().name.lower()).strip("-")


def project_files(options: ProjectOptions) -> dict[str, str]:
    """Return the text of each file of a new project, by its path.

    Raises UsageError if an option has a value that settings, Python or AWS do not allow.
    """
    for name, check in OPTION_CHECKS.items():
        value = getattr(options, name)
        check(",".join(value) if isinstance(value, tuple) else value)
    values = {
        **worker_names(options.worker, fifo=options.fifo),
        "version": __version__,
        "project": options.project,
        "region": options.region,
        "backend": options.backend,
        "environments": options.environments,
        "workers": [options.worker],
    }
    files = render("project", **values) | render("worker", **values)
    for environment in options.environments:
        files |= render("environment", environment=environment, **values)
    _check_settings(files)
    return dict(sorted(files.items()))


def create_project(folder: Path, options: ProjectOptions) -> NewProject:
    """Write a new project: all files or none.

    Parameters
    ----------
    folder
        The project's folder. It can exist, if it contains no file that the project has.
    options
        The user's choices.

    Raises
    ------
    UsageError
        If an option has a value that is not allowed, or if the folder has files of the same names.

    """
    files = project_files(options)
    refuse_existing(folder, files, "Choose another folder, or move these files")
    write_all(folder.absolute(), files, {})
    return NewProject(str(folder), options.project, list(files))


def _check_settings(files: dict[str, str]) -> None:
    """Raise UsageError for what only the settings as a whole show, such as a name that is too long for AWS."""
    with tempfile.TemporaryDirectory() as temporary, contextlib.chdir(temporary):
        for name, text in files.items():
            if name.startswith((f"{CONFIGURATION}/", "handlers/")):
                Path(name).parent.mkdir(parents=True, exist_ok=True)
                Path(name).write_text(text, encoding="utf-8")
        errors = check_configuration(load(CONFIGURATION), date.today(), check_zips=False).errors
    if errors:
        raise UsageError("\n".join(["These options give settings that are not allowed:", *errors]))

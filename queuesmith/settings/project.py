"""Finds and loads the project in the working directory: the folder with `config/` and `cdktf.json`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from queuesmith.common.errors import UsageError

if TYPE_CHECKING:
    from queuesmith.settings.environment import EnvironmentSettings
    from queuesmith.settings.loading import Configuration

CONFIGURATION = Path("config")
_MARKER = Path("cdktf.json")


def is_project() -> bool:
    """Whether the working directory is a project's folder."""
    return CONFIGURATION.is_dir() and _MARKER.is_file()


def require_project() -> None:
    """Raise UsageError if the working directory is not a project's folder."""
    if not is_project():
        missing = f"{CONFIGURATION}/" if _MARKER.is_file() else _MARKER
        raise UsageError(f"There is no {missing} in {Path.cwd()}. Run the command in the project's folder")


def selected_environments() -> list[str]:
    """Return the environments in the variable ENVIRONMENTS. Empty: all environments."""
    return os.environ.get("ENVIRONMENTS", "").replace(",", " ").split()


def load_configuration(only: Iterable[str] = ()) -> Configuration:
    """Load the settings in `config/` with their problems.

    Raises UsageError if the working directory is not a project's folder.
    """
    require_project()
    from queuesmith.settings.loading import load  # loads pydantic

    return load(CONFIGURATION, only)


def usable_configuration(only: Iterable[str] = ()) -> Configuration:
    """Load the settings in `config/`. Raises UsageError with all problems if there are any."""
    configuration = load_configuration(only)
    if configuration.problems:
        raise UsageError("\n".join(configuration.problems))
    return configuration


def settings_of(environment: str) -> EnvironmentSettings:
    """Return the settings of one environment. Raises UsageError if they have problems."""
    return usable_configuration([environment]).environments[environment].settings

"""The project that a command runs in: the folder with `config/` and `cdktf.json`."""

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
    """Whether this is run in the project's folder."""
    return CONFIGURATION.is_dir() and _MARKER.is_file()


def chosen_environments() -> list[str]:
    """The environments that the variable ENVIRONMENTS names, as for a synth; none means all."""
    return os.environ.get("ENVIRONMENTS", "").replace(",", " ").split()


def load_configuration(only: Iterable[str] = ()) -> Configuration:
    """What `config/` holds, with the problems in it.

    Raises UsageError where the current folder is no such project.
    """
    if not is_project():
        missing = f"{CONFIGURATION}/" if _MARKER.is_file() else _MARKER
        raise UsageError(f"There is no {missing} in {Path.cwd()}. Run this in the project's folder")
    from queuesmith.settings.loading import load  # loads pydantic

    return load(CONFIGURATION, only)


def usable_configuration(only: Iterable[str] = ()) -> Configuration:
    """The same without problems. Raises UsageError, which names each, where it has some."""
    configuration = load_configuration(only)
    if configuration.problems:
        raise UsageError("\n".join(configuration.problems))
    return configuration


def settings_of(environment: str) -> EnvironmentSettings:
    """The settings of one environment. Raises UsageError where they cannot be used."""
    return usable_configuration([environment]).environments[environment].settings

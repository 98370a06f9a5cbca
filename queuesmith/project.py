"""The project that a command runs in: the folder with `config/` and `stacks/`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from queuesmith.errors import UsageError

if TYPE_CHECKING:
    from stacks.configuration import Configuration
    from stacks.settings.environment import EnvironmentSettings

CONFIGURATION = Path("config")
_READER = Path("stacks") / "configuration.py"


def is_project() -> bool:
    """Whether this is run in the project's folder."""
    return CONFIGURATION.is_dir() and _READER.is_file()


def chosen_environments() -> list[str]:
    """The environments that the variable ENVIRONMENTS names, as for a synth; none means all."""
    return os.environ.get("ENVIRONMENTS", "").replace(",", " ").split()


def load_configuration(only: Iterable[str] = ()) -> Configuration:
    """What `config/` holds, with the problems in it, read by the project's own `stacks`: the installed package has none.

    Raises UsageError where the current folder is no such project.
    """
    if not _READER.is_file():
        raise UsageError(f"There is no {_READER} under {Path.cwd()}. Run this in the project's folder")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)  # an installed console script does not look here by itself
    from stacks.configuration import load

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

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


def chosen_environments() -> list[str]:
    """The environments that the variable ENVIRONMENTS names, as for a synth; none means all."""
    return os.environ.get("ENVIRONMENTS", "").replace(",", " ").split()


def load_configuration(folder: Path, only: Iterable[str] = ()) -> Configuration:
    """What `config/` holds, read by the project's own `stacks`, which no other command needs.

    Raises UsageError where the current folder is no such project.
    """
    if not (Path("stacks") / "configuration.py").is_file():
        raise UsageError(f"There is no stacks/configuration.py under {Path.cwd()}. Run this in the project's folder")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)  # an installed console script does not look here by itself
    from stacks.configuration import load

    return load(folder, only)

"""The CDKTF app: one Terraform stack for each environment in config/. `python main.py --help` lists its options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from queuesmith.constructs.app import check_and_synthesize, run

if TYPE_CHECKING:
    from cdktf import App

    from queuesmith.constructs import EnvironmentSettings


def add_stack(app: App, environment: str, settings: EnvironmentSettings) -> None:
    """Add the stack of one environment. The import is here because cdktf starts Node, which `--check` does not need."""
    from stacks.environment import EnvironmentStack

    EnvironmentStack(app, environment, settings)


def main(arguments: list[str]) -> int:
    """Check the settings of all environments, synthesize the stacks, and return the exit status."""
    return check_and_synthesize(arguments, Path(__file__).resolve().parent, add_stack)


if __name__ == "__main__":
    sys.exit(run(main))

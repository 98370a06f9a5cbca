"""A few environments that together use every option. One is not enough, because many options exclude each other."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from cdktf import Testing as Synthesis

from queuesmith.settings import EnvironmentSettings
from queuesmith.settings.loading import load
from stacks.environment import EnvironmentStack
from tests.conftest import FAKE_PACKAGE

FOLDER = Path(__file__).parent
PLANNED = ("standard", "fifo", "images", "existing")
"""The environments that provider 5.100 can plan."""
NAMES = (*PLANNED, "newer")


def environment(name: str) -> EnvironmentSettings:
    """One of the environments. Its local zips are `build/orders.zip`, relative to the working directory."""
    configuration = load(FOLDER, [name])
    assert configuration.problems == []
    return configuration.environments[name].settings


def synthesized(name: str, folder: Path) -> dict[str, Any]:
    """The Terraform JSON of an environment's stack, created in a folder that contains its package."""
    (folder / "build").mkdir(parents=True, exist_ok=True)
    (folder / "build" / "orders.zip").write_bytes(FAKE_PACKAGE)
    with contextlib.chdir(folder):
        stack: dict[str, Any] = json.loads(Synthesis.synth(EnvironmentStack(Synthesis.app(), name, environment(name)), True))
    return stack

"""A few environments that together use every option; many options exclude each other."""

from __future__ import annotations

from pathlib import Path

from stacks.configuration import load
from stacks.settings import EnvironmentSettings

FOLDER = Path(__file__).parent
NAMES = ("standard", "fifo", "images", "existing")


def environment(name: str) -> EnvironmentSettings:
    """One of them. Its local zips are `build/orders.zip`, relative to the working directory."""
    configuration = load(FOLDER, [name])
    assert configuration.problems == []
    return configuration.environments[name].settings

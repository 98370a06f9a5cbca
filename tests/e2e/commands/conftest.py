"""The commands run in the tests' own process, against a local AWS for each file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from queuesmith.local.emulator import Emulator
from tests.conftest import Project
from tests.e2e.commands.world import Deployed, World


@pytest.fixture(scope="module")
def world(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A local AWS, and a copy of the project whose dev environment has the worker orders."""
    return World(emulator, Project(tmp_path_factory.mktemp("commands") / "project"))


@pytest.fixture
def orders(world: World) -> Iterator[Deployed]:
    """The worker orders of dev, with its mapping off."""
    deployed = world.deploy()
    yield deployed
    world.remove(deployed)


@pytest.fixture
def fifo(world: World) -> Iterator[Deployed]:
    """A FIFO worker that config/ does not have."""
    deployed = world.deploy("ship-parcels", "parcels", fifo=True)
    yield deployed
    world.remove(deployed)

"""The commands run in the tests' own process, against one emulator for each test file."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import pytest
from botocore.loaders import JSONFileLoader

from queuesmith.local.emulator import Emulator
from tests.conftest import ROOT, Project
from tests.e2e.cloud import make_table
from tests.e2e.commands.supporting_resources import add_supporting_resources, delete_supporting_resources
from tests.e2e.commands.world import Deployed, World


@pytest.fixture(scope="session", autouse=True)
def _descriptions_are_read_once() -> Iterator[None]:
    """Cache the descriptions of AWS's services. A separate process reads them once. Here they took half of a command's time."""
    load = JSONFileLoader.load_file
    with pytest.MonkeyPatch.context() as patch:
        cached = functools.cache(lambda path: load(JSONFileLoader(), path))
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: cached(path))
        yield


@pytest.fixture(scope="module")
def world(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> World:
    """An emulator, and a copy of the project whose dev environment has the worker orders."""
    return World(emulator, Project(tmp_path_factory.mktemp("commands") / "project"))


@pytest.fixture(scope="module")
def handlers(world: World) -> None:
    """Copy the sample's handlers into the project."""
    (world.project.folder / "handlers").symlink_to(ROOT / "handlers")


@pytest.fixture
def table(world: World) -> Iterator[Callable[[], list[str]]]:
    """Create the table of orders. Calling the fixture returns the ids in the table."""
    dynamodb = world.client("dynamodb")
    make_table(dynamodb, "orders", "order_id")
    yield lambda: sorted(item["order_id"]["S"] for item in dynamodb.scan(TableName="orders")["Items"])
    dynamodb.delete_table(TableName="orders")


@pytest.fixture
def orders(world: World) -> Iterator[Deployed]:
    """The worker orders of dev, with its event source mapping disabled."""
    deployed = world.deploy()
    yield deployed
    world.remove(deployed)


@pytest.fixture
def healthy(world: World, orders: Deployed) -> Iterator[Deployed]:
    """The worker orders as config/dev.toml describes it, with all resources that the stack creates."""
    add_supporting_resources(world, orders)
    yield orders
    delete_supporting_resources(world, orders)


@pytest.fixture
def fifo(world: World) -> Iterator[Deployed]:
    """A FIFO worker that is not in config/."""
    deployed = world.deploy("ship-parcels", "parcels", fifo=True)
    yield deployed
    world.remove(deployed)

"""The world that all tests share, and a worker in it for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from queuesmith.common.errors import TerraformError
from queuesmith.local.terraform_cli.program import find_program
from tests.conftest import python_of, unavailable
from tests.faults.keeper import Keeper
from tests.faults.lane import Lane, own_number
from tests.faults.world import World, attached_or_started

RESULTS = "QUEUESMITH_PROVE_RESULTS"
"""Names the folder in which measurements are stored for the page."""


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    try:
        find_program()
    except TerraformError as error:
        unavailable(str(error))
    python_of("emulator")
    with attached_or_started(tmp_path_factory.mktemp("prove")) as running:
        yield running


@pytest.fixture(scope="session")
def results() -> Path | None:
    """The folder for results, or None."""
    named = os.environ.get(RESULTS)
    return Path(named) if named else None


@pytest.fixture
def standard(world: World, results: Path | None, request: pytest.FixtureRequest) -> Iterator[Lane]:
    """A worker behind a standard queue, used by one test at a time. `also_simultaneously` gives its message concurrency."""
    yield from _lane(world, f"standard{own_number()}", results, getattr(request, "param", 1))


@pytest.fixture
def fifo(world: World, results: Path | None, request: pytest.FixtureRequest) -> Iterator[Lane]:
    """A worker behind a FIFO queue, used by one test at a time. `also_simultaneously` gives its message concurrency."""
    yield from _lane(world, f"fifo{own_number()}", results, getattr(request, "param", 1))


@pytest.fixture(scope="module")
def keeper(world: World) -> Keeper:
    """The worker with the most permissions."""
    return Keeper(world)


def _lane(world: World, key: str, results: Path | None, concurrency: int) -> Iterator[Lane]:
    lane = Lane(world, key, results, concurrency)
    yield lane
    lane.enable(on=False)  # the rest stays for inspection: the next test resets the worker

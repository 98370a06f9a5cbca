"""The world that all tests share, and for each a worker of its own in it."""

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
from tests.faults.world import World, attached_or_brought_up

RESULTS = "QUEUESMITH_PROVE_RESULTS"
"""Names the folder in which what was measured is kept for the page."""


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    try:
        find_program()
    except TerraformError as error:
        unavailable(str(error))
    python_of("emulator")
    with attached_or_brought_up(tmp_path_factory.mktemp("prove")) as running:
        yield running


@pytest.fixture(scope="session")
def results() -> Path | None:
    """Where results go, if anywhere."""
    named = os.environ.get(RESULTS)
    return Path(named) if named else None


@pytest.fixture
def standard(world: World, results: Path | None) -> Iterator[Lane]:
    """A worker behind a standard queue, for this test alone."""
    yield from _lane(world, f"standard{own_number()}", results)


@pytest.fixture
def fifo(world: World, results: Path | None) -> Iterator[Lane]:
    """A worker behind a FIFO queue, for this test alone."""
    yield from _lane(world, f"fifo{own_number()}", results)


@pytest.fixture(scope="module")
def keeper(world: World) -> Keeper:
    """The worker that may do most."""
    return Keeper(world)


def _lane(world: World, key: str, results: Path | None) -> Iterator[Lane]:
    lane = Lane(world, key, results)
    yield lane
    lane.enable(on=False)  # the rest is as it ended, to be looked at; the next test that has it makes it anew

"""The LocalStack that all tests of this folder share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Project, python_of
from tests.localstack.commands import Operator
from tests.localstack.server import LocalStack

RESULTS = "QUEUESMITH_PROVE_RESULTS"
"""Names the folder in which results are stored for docs/reliability.md."""


@pytest.fixture(scope="session")
def localstack() -> Iterator[LocalStack]:
    with LocalStack(python_of("localstack")) as running:
        yield running


@pytest.fixture(scope="session")
def operator(localstack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """A person who runs commands in a project with the sample's settings."""
    return Operator(localstack, Project(tmp_path_factory.mktemp("operator") / "project").folder)


@pytest.fixture(scope="session")
def results() -> Path | None:
    """The folder for results, or None."""
    named = os.environ.get(RESULTS)
    return Path(named) if named else None

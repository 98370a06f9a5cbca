"""The LocalStack that all tests of this folder share."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Project, python_of
from tests.localstack.commands import Operator
from tests.localstack.queues import Outcome
from tests.localstack.server import LocalStack

RESULTS = "QUEUESMITH_PROVE_RESULTS"
"""Names the folder in which results are stored for docs/reliability.md."""
Proves = Callable[..., None]


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


@pytest.fixture
def proves(results: Path | None) -> Proves:
    """Check a redrive and its negative control, and store the row of docs/reliability.md."""

    def check(case: str, ours: Outcome, status: int, mistake: Callable[[], Outcome], shown: str) -> None:
        ours.check()
        control = mistake()
        with pytest.raises(AssertionError, match=rf"\d+ {shown}"):
            control.check()
        row = {
            "case": case,
            "messages": ours.messages,
            "moved": ours.moved,
            "left": ours.left,
            "status": status,
            "mistake": mistake.__name__,
            "shown": f"{control.wrong()[shown]} {shown}",
        }
        if results is not None:
            with (results / "moves.jsonl").open("a") as file:
                file.write(f"{json.dumps(row)}\n")

    return check

"""This repository's sample is the project that `queuesmith init` writes, except for a few files."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.scaffold import ProjectOptions
from queuesmith.scaffold.new_project import project_files
from tests.conftest import ROOT

FILES = project_files(ProjectOptions("orders"))
EXCEPTIONS = {
    "handlers/orders/order.py": "an order has lines and a total, because the fault tests break the rule between them",
    "tests/messages/orders.json": "the message of that order",
    "config/prod.toml": "shows more settings: an account, a bucket, on-call topics, a zip in S3",
    ".gitignore": "of the library",
    ".github/workflows/deploy.yml": "the library is not deployed",
    ".github/workflows/test.yml": "of the library",
    "Makefile": "of the library",
    "Pipfile": "of the library, which it does not install",
    "Pipfile.lock": "of the library. tools/project_lock.py takes the project's pins from it",
    "README.md": "of the library",
}
"""The files that differ, each with the reason."""


def place_of(name: str) -> Path:
    """The sample's file. config/ and tests/ are compared with the tests' copies: users can change config/ at the root."""
    return ROOT / "tests" / "sample" / name if name.startswith(("config/", "tests/")) else ROOT / name


@pytest.mark.parametrize("name", [name for name in FILES if name not in EXCEPTIONS])
def test_sample_is_what_init_writes(name: str) -> None:
    assert place_of(name).read_text() == FILES[name], f"{place_of(name)} and its template differ. Change both"


def test_exceptions_are_files_of_a_project() -> None:
    assert FILES.keys() > EXCEPTIONS.keys()
    assert len(EXCEPTIONS) < len(FILES) / 2

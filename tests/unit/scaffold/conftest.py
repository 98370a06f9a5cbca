"""A command line in an empty folder."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests import in_process

Run: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]
"""The fixture `run`."""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the console script in the test's folder, or in a folder below it: `run("add", "worker", "mail", folder="shop")`."""

    def start(*arguments: str, folder: str = ".") -> subprocess.CompletedProcess[str]:
        return in_process.queuesmith(*arguments, folder=tmp_path / folder)

    return start


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, also hidden ones, with its content."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(files)}

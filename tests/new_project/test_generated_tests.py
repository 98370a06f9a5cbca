"""The tests of a new project pass whatever its options are. tests/sample has those of the default options."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from queuesmith.scaffold import ProjectOptions, create_project
from tests.conftest import ROOT, own_variables


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a module of this Python in a project that uses this checkout's packages."""
    environment = own_variables(PYTHONPATH=str(ROOT))
    arguments = [sys.executable, "-m", *command]
    return subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_generated_tests_pass_and_fit_the_linters(tmp_path: Path) -> None:
    folder = tmp_path / "my shop"
    create_project(folder, ProjectOptions("shop", "order-lines", "us-east-1", fifo=True, environments=("prod",), backend="s3"))
    added = run(folder, "queuesmith", "add", "worker", "notes")
    assert added.returncode == 0, added.stderr
    first = run(folder, "pytest", "-q", "-p", "no:cacheprovider", "--snapshot-update")
    assert first.returncode == 0, first.stdout
    second = run(folder, "pytest", "-q", "-p", "no:cacheprovider")
    assert second.returncode == 0, second.stdout
    assert "14 passed" in second.stdout
    strict = run(folder, "mypy", "--strict", "--config-file", "", "--follow-imports", "silent", "handlers")
    assert strict.returncode == 0, strict.stdout
    style = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    ignored = ["--extend-ignore", "I001,S101,D,ARG"]  # as for our tests; queuesmith is not of this project
    for command in (["check", *ignored], ["format", "--check"]):
        result = run(folder, "ruff", *command, *style, ".")
        assert result.returncode == 0, result.stdout

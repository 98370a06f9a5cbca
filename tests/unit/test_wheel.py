"""The package `queuesmith` installed alone, in an environment that has nothing of this project."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, Project


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = folder.glob("queuesmith-*.whl")
    return path


@pytest.fixture(scope="module")
def script(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script in an empty environment."""
    folder = tmp_path_factory.mktemp("alone")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", str(wheel)], check=True, capture_output=True)
    return folder / "bin" / "queuesmith"


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"queuesmith", "queuesmith-0.1.0.dist-info"}


def test_the_console_script_works_without_cdktf(script: Path) -> None:
    result = subprocess.run([str(script), "--help"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "package" in result.stdout


def test_outside_a_project_package_says_where_to_run_it(script: Path, tmp_path: Path) -> None:
    command = [str(script), "package", "dev", "orders"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    expected = f"error: There is no stacks/configuration.py under {tmp_path}. Run this in the project's folder\n"
    assert result.stderr == expected


def test_in_a_project_it_reads_the_projects_settings(script: Path, project: Project) -> None:
    command = [str(script), "package", "dev", "mail"]
    result = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, "error: dev has no worker mail. It has: orders\n")

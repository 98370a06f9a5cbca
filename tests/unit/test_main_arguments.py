"""`python main.py` with arguments, in other folders, and with an output folder that is not writable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Project


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--chekc"], "unrecognized arguments: --chekc"),
        (["--quiet"], "--quiet requires --check"),
        (["--check", "--package"], "argument --package: not allowed with argument --check"),
        (["a", "b"], "unrecognized arguments: b"),
        (["exampels"], "'exampels' is not a folder. Give the path of a folder with config/"),
        (["main.py"], "'main.py' is not a folder. Give the path of a folder with config/"),
    ],
)
def test_invalid_arguments_print_the_usage(project: Project, arguments: list[str], complaint: str) -> None:
    result = project.run("", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"usage: main.py [-h] [--check | --package] [--quiet] [folder]\nmain.py: error: {complaint}\n"


def test_another_folder_gets_its_own_output(project: Project) -> None:
    other = project.folder / "other"
    other.mkdir()
    (project.folder / "config").rename(other / "config")
    (project.folder / "build").rename(other / "build")
    result = project.run("dev", "other")
    assert (result.returncode, result.stdout) == (0, "other/cdktf.out/stacks: dev\n")
    assert project.run("dev", ".").returncode == 2, "the folder itself has no config/ any more"
    assert (other / "cdktf.out" / "stacks" / "dev" / "cdk.tf.json").is_file()
    assert not project.output.exists()


def test_an_output_that_cannot_be_written_is_named(project: Project) -> None:
    (project.folder / "file").touch()
    result = project.run("dev", CDKTF_OUTDIR=str(project.folder / "file" / "out"))
    assert result.returncode == 1
    assert result.stderr == f"error: {project.folder}/file/out cannot be written: Not a directory\n"


def test_main_runs_from_any_folder(project: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    subprocess.run([sys.executable, str(project.folder / "main.py")], cwd=elsewhere, check=True)
    assert (project.output / "manifest.json").exists()
    assert list(elsewhere.iterdir()) == []

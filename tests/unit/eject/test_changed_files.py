"""`queuesmith eject`: a warning if the stack was changed after its synth."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.unit.eject.stacks import STACK, eject, mapping, write

WARNING = "changed after cdktf.out/stacks/shop/cdk.tf.json was synthesized"
NEWER = ["main.py", "config/common.toml", "config/shop.toml", "stacks/parts/queue.py"]
OTHERS = ["config/prod.toml", "handlers/orders/main.py", "stacks/notes.txt"]


@pytest.fixture
def project(folder: Path) -> Path:
    """A project whose files are a minute older than the synthesized one."""
    write(mapping(batch_size=1))
    synthesized = (STACK / "cdk.tf.json").stat().st_mtime
    for name in (*NEWER, *OTHERS):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
        os.utime(name, (synthesized - 60, synthesized - 60))
    return folder


def change(name: str) -> None:
    later = (STACK / "cdk.tf.json").stat().st_mtime + 1
    os.utime(name, (later, later))


def test_unchanged_project_gives_no_warning(project: Path) -> None:
    result = eject("--json")
    assert (json.loads(result.stdout)["changed"], "warning" in result.stderr) == ([], False)


@pytest.mark.parametrize("name", NEWER)
def test_changed_file_is_named_with_the_commands_that_synthesize(name: str, project: Path) -> None:
    change(name)
    result = eject("--json")
    assert (result.returncode, json.loads(result.stdout)["changed"]) == (0, [name])
    assert (
        f"warning: {name}: {WARNING}, so infra may lack the change. Delete infra, synthesize again with `cdktf synth`, "
        "`make synth` or `python main.py`, and eject again" in result.stderr.splitlines()
    )


@pytest.mark.parametrize("name", OTHERS)
def test_files_that_the_stack_does_not_read_give_no_warning(name: str, project: Path) -> None:
    change(name)
    assert "warning" not in eject().stderr


def test_all_changed_files_are_named_in_any_folder(project: Path) -> None:
    for name in NEWER:
        change(name)
    os.chdir(STACK.parent)
    result = eject()
    assert result.returncode == 0, result.stderr
    assert f"warning: {', '.join(NEWER)}: changed after shop/cdk.tf.json was synthesized" in result.stderr


def test_file_outside_of_an_output_gives_no_warning(project: Path) -> None:
    Path("other").mkdir()
    (STACK / "cdk.tf.json").rename("other/cdk.tf.json")
    Path("other/main.py").touch()
    assert "warning" not in eject(stack="other").stderr

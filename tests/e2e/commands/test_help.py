"""The example in the help of each command works."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterator

import pytest
import typer.main

from queuesmith.cli.app import app
from tests.conftest import ROOT
from tests.e2e.cloud import make_table
from tests.e2e.commands.log_lines import put
from tests.e2e.commands.world import Deployed, World
from tests.plans import generated_plan
from tools.commands_page import commands

COMMANDS = dict(commands(typer.main.get_command(app)))
APART = {"init", "add worker", "add environment", "local up", "local down", "local status", "local demo", "release", "console"}
"""`local` starts and stops its own emulator (tests/e2e/test_local_up.py, test_demo.py), and others change a project
(tests/unit/scaffold/). `release` needs CodeDeploy (test_release.py), and `console` runs until Ctrl-C (tests/console/).
"""
FOUND_A_PROBLEM = {"status", "doctor", "check"}
"""Their examples exit with status 1 here, because they find a problem."""


@pytest.fixture(scope="module")
def example(world: World, handlers: None) -> Iterator[Deployed]:
    """A worker with data for each example, in a project that also has handlers."""
    assert world.project.run("dev").returncode == 0
    (example,) = (ROOT / "queuesmith" / "rules" / "catalog").glob("QL001_*.bad.tf")
    shutil.copy(example, world.project.folder / "main.tf")
    make_table(world.client("dynamodb"), "orders", "order_id")
    deployed = world.deploy()
    world.fill(deployed.dead_letter_queue, json.dumps({"customer_id": "c-1"}))
    put(world, '{"level": "INFO", "message": "x"}')
    yield deployed
    world.remove(deployed)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in APART])
def test_example_in_the_help_works(name: str, world: World, example: Deployed) -> None:
    _, _, line = str(COMMANDS[name].help).partition("Example: ")
    *piped, command = line.strip().split(" | ")
    stdin = json.dumps(generated_plan(1)).encode() if piped else b""
    program, *arguments = shlex.split(command)
    assert program == "queuesmith"
    result = world.run(*arguments, stdin=stdin)
    assert result.returncode in ({0, 1} if name in FOUND_A_PROBLEM else {0}), result.stderr
    assert "error:" not in result.stderr
    assert result.stdout

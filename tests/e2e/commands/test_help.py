"""Every command has help with an example, and the example works."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.commands.world import Deployed, World
from tests.plans import generated_plan
from tools.commands_page import DOCUMENTS, commands

NAMES = [name for name, _ in commands()]
APART = {"local up", "local down", "local status"}
"""They start and stop a local AWS of their own: tests/e2e/test_local_up.py runs them."""
FOUND_A_PROBLEM = {"status", "doctor", "check"}
"""Their examples find something here, which is what they are for."""


@pytest.fixture(scope="module")
def example(world: World) -> Iterator[Deployed]:
    """A worker with some work for each example, in a project that has its handlers too."""
    (world.project.folder / "handlers").symlink_to(ROOT / "handlers")
    world.client("dynamodb").create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
    )
    deployed = world.deploy()
    world.fill(deployed.dead_letter_queue, json.dumps({"customer_id": "c-1"}))
    where = {"logGroupName": "/aws/lambda/dev-orders", "logStreamName": "one"}
    logs = world.client("logs")
    logs.create_log_stream(**where)
    logs.put_log_events(
        **where, logEvents=[{"timestamp": int(time.time() * 1000), "message": '{"level": "INFO", "message": "x"}'}]
    )
    yield deployed
    world.remove(deployed)


def test_all_commands_of_the_command_line_are_here() -> None:
    assert {
        "status", "doctor", "logs", "send", "pause", "resume", "purge", "dlq peek", "dlq redrive", "dlq purge", "invoke",
        "check", "explain", "package", "local up", "local down", "local status",
    } == set(NAMES)  # fmt: skip
    assert DOCUMENTS.keys() <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_help_says_what_it_does_and_shows_one_example(name: str, world: World) -> None:
    result = world.run(*name.split(), "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("Example: ") == 1
    assert f"queuesmith {name}" in result.stdout
    assert "--json" in result.stdout


@pytest.mark.parametrize("name", [name for name in NAMES if name not in APART])
def test_the_example_of_the_help_works(name: str, world: World, example: Deployed, tmp_path: Path) -> None:
    (help_text,) = (command.help for each, command in commands() if each == name)
    _, _, line = str(help_text).partition("Example: ")
    *piped, command = line.strip().split(" | ")
    given = json.dumps(generated_plan(1)).encode() if piped else b""
    program, *arguments = shlex.split(command)
    assert program == "queuesmith"
    result = world.run(*arguments, given=given)
    assert result.returncode in ({0, 1} if name in FOUND_A_PROBLEM else {0}), result.stderr
    assert "error:" not in result.stderr
    assert result.stdout


@pytest.mark.parametrize("name", ["status", "send", "logs", "dlq redrive"])
def test_nothing_of_aws_is_loaded_for_help(name: str, world: World) -> None:
    script = (
        "import sys; sys.argv = ['queuesmith', *sys.argv[1:]]\n"
        "from queuesmith.cli import app\n"
        "app(standalone_mode=False)\n"
        "print(sorted({'boto3', 'botocore', 'cdktf', 'jsii', 'jmespath', 'stacks'} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", script, *name.split(), "--help"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"

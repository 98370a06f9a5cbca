"""Every command has a help text with one example. tests/e2e/commands/test_help.py runs the examples."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from queuesmith.cli.app import app
from tests import in_process
from tests.conftest import ROOT
from tools.commands_page import MODELS, OTHER_KEYS, commands

COMMANDS = dict(commands(typer.main.get_command(app)))


def test_all_commands_are_tested_here() -> None:
    assert {
        "status", "console", "doctor", "logs", "capacity", "send", "pause", "resume", "release", "purge", "dlq triage",
        "dlq peek", "dlq redrive", "dlq drop", "dlq purge", "invoke", "init", "add worker", "add environment", "check",
        "explain", "package", "eject", "local up", "local down", "local status", "local demo",
    } == COMMANDS.keys()  # fmt: skip
    assert MODELS.keys() | OTHER_KEYS.keys() == COMMANDS.keys(), "the keys of each command's JSON are in docs/commands.md"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_a_sentence_and_one_example(name: str, tmp_path: Path) -> None:
    variables = {"COLUMNS": "120"}
    result = in_process.queuesmith(*name.split(), "--help", folder=tmp_path, variables=variables)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("Example: ") == 1
    assert f"queuesmith {name}" in result.stdout
    assert "--json" in result.stdout


@pytest.mark.parametrize("name", ["status", "console", "send", "logs", "dlq redrive"])
def test_help_loads_no_aws_library(name: str) -> None:
    script = (
        "import sys; sys.argv = ['queuesmith', *sys.argv[1:]]\n"
        "from queuesmith.cli.app import app\n"
        "app(standalone_mode=False)\n"
        "print(sorted({'boto3', 'botocore', 'cdktf', 'jsii', 'jmespath', 'stacks'} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", script, *name.split(), "--help"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"

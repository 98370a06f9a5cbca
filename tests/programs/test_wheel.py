"""The package `queuesmith` installed alone, in an environment that has nothing of this project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import queuesmith
from tests.conftest import ROOT, Project
from tests.plans import generated_plan
from tests.unit.check_command import STACK


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = folder.glob("queuesmith-*.whl")
    return path


@pytest.fixture(scope="module")
def script(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script in an empty environment. Our pip fills it, and compiles nothing: most of boto3 is never loaded."""
    folder = tmp_path_factory.mktemp("alone")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder)]
    subprocess.run([*pip, "install", "--quiet", "--no-compile", str(wheel)], check=True, capture_output=True)
    return folder / "bin" / "queuesmith"


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert tops == {"queuesmith", f"queuesmith-{queuesmith.__version__}.dist-info"}


def test_the_console_script_works_without_cdktf(script: Path) -> None:
    result = subprocess.run([str(script), "--help"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "package" in result.stdout


def test_outside_a_project_package_says_where_to_run_it(script: Path, tmp_path: Path) -> None:
    command = [str(script), "package", "dev", "orders"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    expected = f"error: There is no cdktf.json in {tmp_path}. Run this in the project's folder\n"
    assert result.stderr == expected


def test_in_a_project_it_reads_the_projects_settings(script: Path, project: Project) -> None:
    command = [str(script), "package", "dev", "mail"]
    result = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (2, "error: dev has no worker mail. It has: orders\n")


def test_alone_it_judges_a_plan(script: Path, tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(STACK))
    (tmp_path / "plan.json").write_text(json.dumps(generated_plan(1)))
    command = [str(script), "check", "plan.json", "cdk.tf.json", "--format", "json"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "")
    findings = json.loads(result.stdout)["findings"]
    assert "QL001" in {finding["rule"] for finding in findings if finding["file"] == "cdk.tf.json"}
    assert {finding["file"] for finding in findings} == {"plan.json", "cdk.tf.json"}


def test_alone_it_explains_a_rule_with_its_examples(script: Path) -> None:
    result = subprocess.run([str(script), "explain", "QL001"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "visibility_timeout_seconds" in result.stdout


def test_alone_its_commands_reach_for_aws(script: Path, tmp_path: Path) -> None:
    """boto3 and JMESPath come with it."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    named = ["--queue", "orders", "--region", "eu-central-1"]
    for command, status, complaint in (
        (["status", *named], 1, "error: There are no usable AWS credentials: Unable to locate credentials."),
        (["dlq", "peek", *named, "--match", "]"], 2, "error: --match is no JMESPath expression: "),
        (["local", "status"], 2, "error: `local` needs a checkout of the project"),
    ):
        result = subprocess.run(
            [str(script), *command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert result.stderr.startswith(complaint), result.stderr
        assert result.returncode == status

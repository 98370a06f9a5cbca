"""Checkov finds in the environments of config/ what exceptions.toml lists, and nothing else."""

from __future__ import annotations

import copy
import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.scanners.conftest import ENVIRONMENTS

EXCEPTIONS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("exceptions.toml").read_text())
LEAST_PASSED = 35
"""Checks that pass in each environment; a scan that read nothing has none."""
PLANTED = "planted"
"""The folder, beside the environments, of prod with a fault: checkov takes longer to start than to look at another folder."""


def scanned(folder: Path, stacks: dict[str, dict[str, Any]], scanners: Path) -> dict[str, Any]:
    """Checkov's report on copies without `required_version`, with which it reads nothing and says nothing."""
    for name, stack in stacks.items():
        content = copy.deepcopy(stack)
        content["terraform"].pop("required_version", None)
        (folder / name).mkdir(parents=True)
        (folder / name / "cdk.tf.json").write_text(json.dumps(content))
    command = [str(scanners / "checkov"), "-d", str(folder), "--framework", "terraform_json", "--skip-download", "-o", "json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def checks(report: dict[str, Any], kind: str, environment: str) -> list[str]:
    return [item["check_id"] for item in report["results"][kind] if item["file_path"] == f"/{environment}/cdk.tf.json"]


def unencrypted(stack: dict[str, Any]) -> dict[str, Any]:
    """A stack whose queues are not encrypted."""
    faulty = copy.deepcopy(stack)
    for queue in faulty["resource"]["aws_sqs_queue"].values():
        queue["sqs_managed_sse_enabled"] = False
    return faulty


@pytest.fixture(scope="module")
def report(stacks: dict[str, dict[str, Any]], scanners: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    own = {name: stacks[name] for name in ENVIRONMENTS}
    return scanned(tmp_path_factory.mktemp("checkov"), own | {PLANTED: unencrypted(stacks["prod"])}, scanners)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_fails_only_what_is_listed_for_it(report: dict[str, Any], environment: str) -> None:
    passed, failed = checks(report, "passed_checks", environment), checks(report, "failed_checks", environment)
    listed = {check for check, exception in EXCEPTIONS.items() if environment in exception["environments"]}
    assert report["summary"]["parsing_errors"] == 0
    assert len(passed) >= LEAST_PASSED
    assert set(failed) == listed


def test_every_exception_has_a_reason_and_an_environment() -> None:
    assert all(len(exception["reason"]) > 40 and exception["environments"] for exception in EXCEPTIONS.values())


def test_a_planted_fault_is_found(report: dict[str, Any]) -> None:
    assert "CKV_AWS_27" in checks(report, "failed_checks", PLANTED)

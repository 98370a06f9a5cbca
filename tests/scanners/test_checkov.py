"""Checkov's findings in the environments of config/ are exactly those listed in exceptions.toml."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Project, python_of
from tests.scanners.conftest import ENVIRONMENTS

EXCEPTIONS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("exceptions.toml").read_text())
MORE_THAN = 35
"""Each environment passes more checks than this, which proves that the scan read something."""
SEEDED = "seeded"
"""A folder with a copy of prod whose queues are not encrypted."""


def scan(folder: str, project: Project) -> dict[str, Any]:
    """The report of `checkov -d FOLDER`, run in the project's folder."""
    command = [str(python_of("scanners")), "-m", "checkov.main", "-d", folder, "-o", "json"]
    environment = os.environ | {"BC_SKIP_MAPPING": "TRUE"}  # otherwise it asks its vendor's server for links to explanations
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=project.folder, env=environment)
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def checks(report: dict[str, Any], kind: str, environment: str) -> list[str]:
    return [item["check_id"] for item in report["results"][kind] if item["file_path"] == f"/{environment}/cdk.tf.json"]


def listed_checks(environment: str) -> set[str]:
    return {check for check, exception in EXCEPTIONS.items() if environment in exception["environments"]}


@pytest.fixture(scope="module")
def report(project: Project) -> dict[str, Any]:
    """The report on all environments and the seeded one. One scan, because Checkov is slow to start."""
    stacks = project.output / "stacks"
    faulty = json.loads((stacks / "prod" / "cdk.tf.json").read_text())
    for queue in faulty["resource"]["aws_sqs_queue"].values():
        del queue["kms_master_key_id"]
    (stacks / SEEDED).mkdir()
    (stacks / SEEDED / "cdk.tf.json").write_text(json.dumps(faulty))
    return scan("cdktf.out/stacks", project)


def test_checkov_reads_an_environment(project: Project) -> None:
    report = scan("cdktf.out/stacks/prod", project)
    assert report["check_type"] == "terraform_json"
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > MORE_THAN
    assert {item["check_id"] for item in report["results"]["failed_checks"]} == listed_checks("prod")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_environment_fails_only_the_listed_checks(report: dict[str, Any], environment: str) -> None:
    assert report["summary"]["parsing_errors"] == 0
    assert len(checks(report, "passed_checks", environment)) > MORE_THAN
    assert set(checks(report, "failed_checks", environment)) == listed_checks(environment)


def test_every_exception_has_a_reason_and_an_environment() -> None:
    assert all(len(exception["reason"]) > 40 and exception["environments"] for exception in EXCEPTIONS.values())


def test_seeded_fault_is_found(report: dict[str, Any]) -> None:
    assert "CKV_AWS_27" in checks(report, "failed_checks", SEEDED)

"""Projects in HCL, written as users write them, planned by real Terraform and checked.

Each folder in projects/ has the files of a project and expected.txt, which lists all its findings and all skipped rules.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from queuesmith.checks.reports.report import Report
from queuesmith.checks.terraform_check import TerraformFolder, check_terraform
from queuesmith.local.user_settings import without_user_settings
from tests.checking import TODAY, check_document
from tests.conftest import FAKE_PACKAGE
from tests.terraform.conftest import PROVIDER, initialize, terraform_in

PROJECTS = Path(__file__).parent / "projects"
NAMES = sorted(folder.name for folder in PROJECTS.iterdir() if folder.is_dir())
SENSITIVE = "AKIAIOSFODNN7EXAMPLE"
"""The value of a sensitive variable in projects/styles: the example key from AWS's documentation."""


@dataclass
class Expected:
    """The content of expected.txt, or of a report."""

    found: set[str] = field(default_factory=set)
    """For example `QL001 error aws_sqs_queue.orders`."""
    skipped: dict[str, set[str]] = field(default_factory=dict)
    """Skipped rules, by the address of the mapping."""
    unresolved: set[str] = field(default_factory=set)


def expected(name: str) -> Expected:
    result, part = Expected(), ""
    for line in (PROJECTS / name / "expected.txt").read_text().splitlines():
        text = line.partition("  #")[0].strip()
        if text in ("found:", "skipped:", "unresolved:"):
            part = text
        elif text and part == "found:":
            result.found.add(text)
        elif text and part == "skipped:":
            address, _, rules = f"{text} ".partition(": ")
            result.skipped[address] = set(rules.split())
        elif text:
            result.unresolved.add(text)
    return result


def results_of(report: Report) -> Expected:
    (file,) = report.files
    return Expected(
        {f"{finding.rule} {finding.severity} {finding.address}" for _, finding in report.findings},
        {pipeline.name: {rule for rule, _ in pipeline.skipped} for pipeline in file.pipelines},
        {address for address, _ in file.unresolved},
    )


def planned(name: str, folder: Path) -> dict[str, Any]:
    shutil.copytree(PROJECTS / name, folder)
    (folder / "zz_override.tf.json").write_text(json.dumps({"provider": {"aws": [PROVIDER]}}))
    (folder / "orders.zip").write_bytes(FAKE_PACKAGE)
    terraform = terraform_in(folder, without_user_settings(os.environ))
    initialize(terraform)
    assert terraform.plan(out="plan")
    return terraform.show_plan("plan")


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Path, dict[str, Any]]]]:
    """The folder and the plan of every project, two at a time."""
    root = tmp_path_factory.mktemp("projects")
    terraform_in(root)  # if Terraform is missing, this skips before any thread starts
    with ThreadPoolExecutor(2) as pool:
        every = {name: pool.submit(planned, name, root / name) for name in NAMES}
        yield {name: (root / name, plan.result()) for name, plan in every.items()}


@pytest.mark.parametrize("name", NAMES)
def test_project_has_exactly_the_expected_findings(name: str, plans: dict[str, tuple[Path, dict[str, Any]]]) -> None:
    assert results_of(check_document(plans[name][1], folder=plans[name][0])) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_folder_has_the_findings_of_its_plan(name: str, plans: dict[str, tuple[Path, dict[str, Any]]]) -> None:
    """A difference is allowed only for rules that one of the two skipped, because it does not know a value."""
    folder, plan = plans[name]
    (folder / "zz_override.tf.json").unlink(missing_ok=True)  # it only lets Terraform plan without AWS
    from_plan = results_of(check_document(plan, folder=folder))
    from_folder = results_of(check_terraform([TerraformFolder(name, folder)], today=TODAY))
    skipped_by_plan = set().union(*from_plan.skipped.values())
    skipped_by_folder = set().union(*from_folder.skipped.values())
    assert {each for each in from_plan.found - from_folder.found if each[:5] not in skipped_by_folder} == set()
    new = {each for each in from_folder.found - from_plan.found if each[:5] not in skipped_by_plan}
    assert new == set() or from_plan.unresolved, "a pipeline that the plan does not resolve can have more findings"
    assert from_folder.unresolved <= from_plan.unresolved
    assert from_folder.skipped.keys() >= from_plan.skipped.keys()


def test_idiomatic_terraform_has_no_findings() -> None:
    assert expected("good").found == set()
    assert expected("good").unresolved == set()


def test_sensitive_value_is_not_in_the_report(plans: dict[str, tuple[Path, dict[str, Any]]]) -> None:
    folder, plan = plans["styles"]
    assert SENSITIVE in json.dumps(plan)
    report = check_document(plan, folder=folder)
    assert "QL203" in {finding.rule for _, finding in report.findings}
    assert SENSITIVE not in repr(report)


@pytest.mark.parametrize("name", NAMES)
def test_plan_without_configuration_has_no_false_findings(name: str, plans: dict[str, tuple[Path, dict[str, Any]]]) -> None:
    """Some tools omit the configuration. References are then unknown, and no rule guesses."""
    folder, plan = plans[name]
    stripped = {key: value for key, value in plan.items() if key != "configuration"}
    assert {
        finding for finding in results_of(check_document(stripped, folder=folder)).found if " error " in finding
    } <= results_of(check_document(plan, folder=folder)).found

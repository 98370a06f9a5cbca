"""One pipeline, checked from its settings, its JSON, its first plan and, after an apply to the emulator, its second."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cdktf import Testing as Synthesis

from queuesmith.checks.reports.report import Report
from queuesmith.checks.worker_check import check_worker
from queuesmith.constructs import EnvironmentSettings
from queuesmith.local.emulator import Emulator
from queuesmith.local.stack_copy import override
from queuesmith.local.user_settings import terraform_environment
from queuesmith.readers.settings.pipeline import WorkerContext
from stacks.environment import EnvironmentStack
from tests.checking import TODAY, check_document
from tests.conftest import CACHE, FAKE_PACKAGE
from tests.e2e.deployed import deployable
from tests.terraform_cli import TerraformInTests

FAULTY = {
    "environment": "faulty",
    "region": "eu-central-1",
    "backend": {"type": "local"},
    "workers": {
        "orders": {
            "queue": {"visibility_timeout": 30, "retention": 1_209_600},
            "function": {"timeout": 60, "reserved_concurrency": 20, "environment": {"API_KEY": "not-a-real-one"}},
            "source": {"batch_size": 100},
        }
    },
}
EXPECTED = {
    ("QL001", "error"),  # visibility 30 s, timeout 60 s
    ("QL007", "warning"),  # both queues keep messages for 14 days
    ("QL102", "error"),  # a batch of 100 without a window
    ("QL106", "warning"),  # reserved concurrency without maximum concurrency
    ("QL203", "warning"),  # the name of a secret, and a plain value
}
MAIL = {
    ("QL001", "warning"),  # both 30 s: one by default, one set
    ("QL007", "warning"),
    ("QL017", "warning"),
    ("QL018", "warning"),
    ("QL110", "warning"),
    ("QL112", "warning"),
    ("QL206", "warning"),
}
"""The findings for tests/e2e/refreshed before it is applied."""


@dataclass
class CheckedEnvironment:
    """The reports of a pipeline before and after it was applied."""

    synthesized: Report | None
    first: Report
    second: Report


def finding_keys(report: Report) -> set[tuple[str, str]]:
    return {(finding.rule, str(finding.severity)) for _, finding in report.findings}


def skipped_rules(report: Report) -> set[str]:
    return {rule for file in report.files for pipeline in file.pipelines for rule, _ in pipeline.skipped}


def before_and_after(terraform: TerraformInTests, folder: Path) -> tuple[Report, Report]:
    """The reports on a first plan, and on a second plan after the apply."""
    terraform.init()
    terraform.plan("first.plan")
    first = check_document(terraform.show_plan("first.plan"), folder=folder)
    terraform.apply()
    terraform.plan("second.plan")
    return first, check_document(terraform.show_plan("second.plan"), folder=folder)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / "orders.zip"
    path.write_bytes(FAKE_PACKAGE)
    return path


@pytest.fixture(scope="module")
def settings(package: Path) -> EnvironmentSettings:
    content: dict[str, Any] = json.loads(json.dumps(FAULTY))
    content["workers"]["orders"]["function"]["artifact"] = {"zip": str(package)}
    return EnvironmentSettings.model_validate(content)


@pytest.fixture(scope="module")
def reports(
    settings: EnvironmentSettings,
    package: Path,
    emulator: Emulator,
    alarms_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, CheckedEnvironment]:
    """Two pipelines, applied in parallel, because an apply is mostly waiting."""
    folder = tmp_path_factory.mktemp("check")
    stack = folder / "synthesized"
    stack.mkdir()
    text = Synthesis.synth(EnvironmentStack(Synthesis.app(), "faulty", settings))  # skips validation, which would fail
    (stack / "cdk.tf.json").write_text(text)
    ours = deployable(stack, folder / "ours", emulator, package, alarms_url)

    theirs = folder / "theirs"
    shutil.copytree(Path(__file__).parent / "refreshed", theirs)
    shutil.copy(package, theirs)
    endpoints = dict.fromkeys(("iam", "lambda", "sqs", "sts"), emulator.endpoint.url)
    (theirs / "zz_override.tf.json").write_text(json.dumps(override({}, endpoints)))
    environment = terraform_environment(emulator.endpoint)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(before_and_after, ours, folder / "ours")
        second = pool.submit(before_and_after, TerraformInTests(theirs, CACHE, environment=environment), theirs)
        return {
            "ours": CheckedEnvironment(check_document(json.loads(text), folder=folder), *first.result()),
            "theirs": CheckedEnvironment(None, *second.result()),
        }


def test_settings_json_and_both_plans_have_the_same_findings(
    settings: EnvironmentSettings, reports: dict[str, CheckedEnvironment]
) -> None:
    around = WorkerContext(environment="faulty", alarms_are_sent=True)
    findings = check_worker("orders", settings.workers["orders"], TODAY, around)
    ours = reports["ours"]
    assert ours.synthesized is not None
    assert {(finding.rule, str(finding.severity)) for finding in findings} == EXPECTED
    assert finding_keys(ours.synthesized) == finding_keys(ours.first) == finding_keys(ours.second) == EXPECTED


def test_values_unknown_in_a_first_plan_are_reported_as_skipped(reports: dict[str, CheckedEnvironment]) -> None:
    """A policy with an ARN in it is unknown as a whole until the queue exists."""
    assert skipped_rules(reports["ours"].first) >= {"QL005", "QL008", "QL018", "QL207"}
    assert skipped_rules(reports["ours"].second) == set()


def test_defaults_in_a_refreshed_plan_are_not_explicit_values(reports: dict[str, CheckedEnvironment]) -> None:
    theirs = reports["theirs"]
    assert finding_keys(theirs.first) == MAIL
    assert finding_keys(theirs.second) == MAIL | {("QL005", "warning")}  # maxReceiveCount is known only now
    assert skipped_rules(theirs.second) == {"QL301", "QL302", "QL303", "QL305"}  # it has no alarms

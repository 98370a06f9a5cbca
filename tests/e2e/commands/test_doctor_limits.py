"""`queuesmith doctor` if something cannot be read, does not exist, or has no settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from queuesmith.aws.discovery import find_workers
from queuesmith.checks.deployed_check import check_deployed
from tests.conftest import Project
from tests.e2e.commands.doctor_findings import findings_in, printed_findings
from tests.e2e.commands.faults import configuration
from tests.e2e.commands.world import REGION, Deployed, World


def test_checks_that_the_caller_cannot_read_are_skipped(world: World, healthy: Deployed) -> None:
    configuration(MemorySize=512)(world, healthy)
    allowed = ["sqs:GetQueue*", "lambda:Get*", "lambda:List*", "logs:DescribeLogGroups"]
    caller: Any = world.user("without-iam", allowed, ["*"])
    result = world.run("doctor", "dev", **caller)
    assert result.returncode == 1  # a part that could not be read can be broken
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines[:2] == ["orders", "warning QL401 function.memory is 256 in the settings, but 512 in AWS"]
    for beginning in (
        "skipped: QL207. Unknown: the role's inline policies (access denied: iam:ListRolePolicies",
        "skipped: QL208. Unknown: the role's inline policies (access denied: iam:ListRolePolicies",
        "skipped: QL301, QL302, QL303, QL305. Unknown: the alarms (access denied: cloudwatch:DescribeAlarms",
    ):
        assert any(line.startswith(beginning) for line in lines)
    assert result.stderr == (
        "Some parts could not be read. To grant the permissions, attach the policy in the stack's output "
        "WORKER_operator_read_policy to this user or role\n"
    )


@pytest.mark.parametrize("allowed", ["sqs:GetQueue*", "lambda:*", "kms:*"])
def test_values_that_cannot_be_read_are_not_guessed(world: World, healthy: Deployed, allowed: str) -> None:
    caller: Any = world.user(f"only-{allowed[:3]}", [allowed], ["*"])
    document = world.json("doctor", "dev", status=1, **caller)
    assert document["findings"] == []
    open_rules = {each["rule"] for each in document["skipped"]}
    of_queue, of_function = {"QL003", "QL004", "QL018"}, {"QL201", "QL203", "QL115"}
    assert open_rules >= {"QL001", "QL114", "QL206", "QL207", "QL301"}
    assert open_rules & of_queue == (set() if allowed.startswith("sqs") else of_queue)
    assert open_rules >= (of_function if not allowed.startswith("lambda") else {"QL115"})


def test_missing_worker_is_reported_and_the_others_are_checked(world: World, healthy: Deployed, tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.add("dev.toml", '[workers.mail.function]\nartifact.zip = "build/orders.zip"')
    result = world.run("doctor", "dev", folder=project.folder)
    assert (result.returncode, result.stderr) == (1, "")
    assert printed_findings(result.stdout) == [
        (
            "QL401",
            "error",
            'There is no queue "dev-mail" in eu-central-1, or you are not allowed to access it. Is dev deployed in this '
            "account and Region?",
        )
    ]
    assert "2 pipelines: 1 error" in result.stdout


@pytest.mark.parametrize(
    ("missing", "message"),
    [("mapping", "dev-no-mapping has no event source mapping"), ("function", "There is no function dev-no-function")],
)
def test_missing_mapping_or_function_is_reported(world: World, tmp_path: Path, missing: str, message: str) -> None:
    parts, functions = world.deploy(f"dev-no-{missing}", f"no-{missing}"), world.client("lambda")
    project = Project(tmp_path / "project")
    project.add("dev.toml", f'[workers.no-{missing}.function]\nartifact.zip = "build/orders.zip"')
    if missing == "mapping":
        functions.delete_event_source_mapping(UUID=parts.mapping)
    functions.delete_function(FunctionName=parts.function)
    document = world.json("doctor", "dev", f"no-{missing}", status=1, folder=project.folder)
    assert [(rule, severity) for rule, severity, _ in findings_in(document)] == [("QL401", "error")]
    assert document["findings"][0]["message"].startswith(message)


def test_worker_found_by_tags_is_checked_without_settings(world: World, healthy: Deployed, tmp_path: Path) -> None:
    configuration(Timeout=60)(world, healthy)
    document = world.json("doctor", "dev", "orders", status=1, folder=tmp_path, AWS_DEFAULT_REGION=REGION)
    ((rule, severity, message),) = findings_in(document)
    assert (rule, severity) == ("QL001", "error")
    assert message.startswith(
        "visibility_timeout_seconds of queue dev-orders is 18 s, but timeout of function dev-orders is 60 s"
    )


def test_worker_with_invalid_settings_is_checked_without_them(world: World, healthy: Deployed, tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.add("dev.toml", "[workers.orders.colour]")
    result = world.run("doctor", "dev", "orders", folder=project.folder, AWS_DEFAULT_REGION=REGION)
    assert (result.returncode, result.stdout) == (0, "1 pipeline: no findings\n")
    assert result.stderr.startswith(
        "config/ has errors (see `python main.py --check`), so workers are found by their tags instead"
    )


def test_python_function_returns_the_same_report(world: World, healthy: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    world.become(monkeypatch)
    monkeypatch.chdir(world.project.folder)
    report = check_deployed(find_workers(world.selection("dev")))
    assert [(file.file, [each.name for each in file.pipelines]) for file in report.files] == [("dev", ["orders"])]
    assert report.findings == []

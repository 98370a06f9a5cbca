"""`queuesmith check PLAN --source FOLDER`: the lines of a plan's findings, and values that the plan does not know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plans import generated_plan
from tests.unit.check_command import STACK, run

QUEUE = "aws_sqs_queue.orders"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plan that does not know its redrive policy, and the folder of its files."""
    source = tmp_path / "infra"
    source.mkdir()
    (source / "main.tf").write_text(
        """
variable "timeout" {}

resource "aws_sqs_queue" "orders" {
  visibility_timeout_seconds = var.timeout # queuesmith:ignore QL018 internal
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead.arn
    maxReceiveCount     = 2
  })
}

resource "aws_sqs_queue" "dead" {}

resource "aws_lambda_function" "orders" {
  timeout = 60
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.orders.arn
}
"""
    )
    (tmp_path / "plan.json").write_text(json.dumps(plan()))
    return tmp_path


def plan() -> dict[str, Any]:
    def resource(kind: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
        return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "values": values}

    def configured(kind: str, name: str, **references: str) -> dict[str, Any]:
        expressions = {key: {"references": [value]} for key, value in references.items()}
        return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "expressions": expressions}

    mapping, function = "aws_lambda_event_source_mapping", "aws_lambda_function"
    unknown = {
        f"{mapping}.orders": {"event_source_arn": True, "function_name": True},
        QUEUE: {"redrive_policy": True, "arn": True},
    }
    return {
        "format_version": "1.2",
        "variables": {"timeout": {"value": 30}},
        "planned_values": {
            "root_module": {
                "resources": [
                    resource("aws_sqs_queue", "orders", {"visibility_timeout_seconds": 30}),
                    resource("aws_sqs_queue", "dead", {}),
                    resource(function, "orders", {"timeout": 60}),
                    resource(mapping, "orders", {}),
                ]
            }
        },
        "resource_changes": [{"address": address, "change": {"after_unknown": each}} for address, each in unknown.items()],
        "configuration": {
            "root_module": {
                "resources": [
                    configured("aws_sqs_queue", "orders", redrive_policy="aws_sqs_queue.dead.arn"),
                    configured("aws_sqs_queue", "dead"),
                    configured(function, "orders"),
                    configured(mapping, "orders", event_source_arn=f"{QUEUE}.arn", function_name=f"{function}.orders.arn"),
                ]
            }
        },
    }


def report(*arguments: str, cwd: Path) -> dict[str, Any]:
    result = run(*arguments, "--json", cwd=cwd)
    assert result.stderr == ""
    return dict(json.loads(result.stdout))


def places(document: dict[str, Any]) -> dict[str, tuple[str, int | None]]:
    return {each["rule"]: (each["file"], each["line"]) for each in document["findings"] if each["address"] == QUEUE}


def test_source_supplies_lines_suppressions_and_unknown_values(folder: Path) -> None:
    alone = report("plan.json", cwd=folder)
    assert places(alone)["QL001"] == ("plan.json", None)
    assert "QL005" in {each["rule"] for each in alone["skipped"]}
    both = report("plan.json", "--source", "infra", cwd=folder)
    assert places(both) == {"QL001": ("infra/main.tf", 5), "QL005": ("infra/main.tf", 8)}
    assert "QL005" not in {each["rule"] for each in both["skipped"]}
    assert both["suppressed"] == [{"rule": "QL018", "address": QUEUE, "reason": "internal"}]


def test_values_of_the_plan_win(folder: Path) -> None:
    (folder / "infra" / "terraform.tfvars").write_text("timeout = 400\n")
    source = folder / "infra" / "main.tf"
    source.write_text(source.read_text().replace("timeout = 60", "timeout = 5"))
    (finding,) = [each for each in report("plan.json", "--source", "infra", cwd=folder)["findings"] if each["rule"] == "QL001"]
    assert "is 30 s, but aws_lambda_function.orders.timeout is 60 s" in finding["message"]


def test_the_current_folder_supplies_lines_only(folder: Path) -> None:
    (folder / "plan.json").rename(folder / "infra" / "plan.json")
    found = report("plan.json", cwd=folder / "infra")
    assert places(found)["QL001"] == ("main.tf", 5)
    assert "QL005" in {each["rule"] for each in found["skipped"]}
    assert [each["rule"] for each in found["suppressed"]] == ["QL018"]


def test_a_current_folder_of_another_plan_supplies_nothing(folder: Path) -> None:
    """Its comments must not suppress findings about resources that happen to have the same address."""
    (folder / "plan.json").rename(folder / "infra" / "plan.json")
    source = folder / "infra" / "main.tf"
    source.write_text(source.read_text().replace('resource "aws_sqs_queue" "dead" {}', 'resource "aws_sqs_queue" "other" {}'))
    found = report("plan.json", cwd=folder / "infra")
    assert places(found)["QL001"] == ("plan.json", None)
    assert found["suppressed"] == []


def test_a_current_folder_with_errors_does_not_prevent_the_check(folder: Path) -> None:
    (folder / "main.tf").write_text("locals {\n")
    (folder / "module.tf").write_text('module "self" {\n  source = "./"\n}\n')
    assert places(report("plan.json", cwd=folder))["QL001"] == ("plan.json", None)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ("plan.json", "stack.json", "--source", "infra"),
            "--source is the folder of one plan. Give that plan only: queuesmith check plan.json --source FOLDER",
        ),
        (
            ("infra", "--source", "infra"),
            "--source is the folder of one plan. Give that plan only: queuesmith check plan.json --source FOLDER",
        ),
        (("plan.json", "--source", "none"), "--source: none is not a folder"),
    ],
)
def test_wrong_sources_are_refused(arguments: tuple[str, ...], problem: str, folder: Path) -> None:
    (folder / "stack.json").write_text(json.dumps(STACK))
    result = run(*arguments, cwd=folder)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {problem}\n")


def test_a_source_of_another_plan_changes_nothing(folder: Path) -> None:
    (folder / "other.json").write_text(json.dumps(generated_plan(1)))
    alone, with_source = (report("other.json", *more, cwd=folder) for more in ((), ("--source", "infra")))
    assert alone["findings"] == with_source["findings"]
    assert alone["skipped"] == with_source["skipped"]

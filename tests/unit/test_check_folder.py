"""`queuesmith check` on folders with Terraform files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.check_command import STACK, run
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, infra__main=MAPPING, infra__queues=QUEUES)
    return tmp_path


def findings(*arguments: str, cwd: Path) -> set[tuple[str, str]]:
    result = run(*arguments, "--json", cwd=cwd)
    assert (result.returncode, result.stderr) == (1, "")
    return {(finding["rule"], finding["address"]) for finding in json.loads(result.stdout)["findings"]}


def test_folder_is_checked(folder: Path) -> None:
    found = findings("infra", cwd=folder)
    assert {("QL001", "aws_sqs_queue.orders"), ("QL005", "aws_sqs_queue.orders")} <= found
    assert found == findings(".", cwd=folder / "infra")


def test_file_stands_for_its_folder_and_each_folder_is_checked_once(folder: Path) -> None:
    assert findings("infra/queues.tf", "infra/main.tf", "infra", cwd=folder) == findings("infra", cwd=folder)
    result = run("main.tf", "queues.tf", "--json", cwd=folder / "infra")
    assert json.loads(result.stdout)["summary"]["files"] == 1


def test_variables_are_set_by_options(folder: Path) -> None:
    write(folder, infra__queues=QUEUES.replace("= 30", "= var.timeout") + 'variable "timeout" {}\n')
    (folder / "slow.tfvars").write_text("timeout = 400\n")
    queue = ("QL001", "aws_sqs_queue.orders")
    assert queue in findings("infra", "--var", "timeout=30", cwd=folder)
    assert queue not in findings("infra", "--fail-on", "warning", "--var-file", "slow.tfvars", cwd=folder)
    skipped = json.loads(run("infra", "--json", cwd=folder).stdout)["skipped"]
    assert {each["rule"] for each in skipped} >= {"QL001", "QL002"}


@pytest.mark.parametrize("option", [("--var", "a=1"), ("--var-file", "a.tfvars")])
def test_variables_are_refused_for_a_plan(option: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(STACK))
    result = run("cdk.tf.json", *option, cwd=tmp_path)
    text = "--var and --var-file are for folders with .tf files. A plan already contains the values of variables"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {text}\n")


def test_folder_of_synthesized_stack_is_checked_as_its_file(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(STACK))
    assert findings(".", cwd=tmp_path) == findings("cdk.tf.json", cwd=tmp_path)


def test_folder_without_terraform_files_names_those_below_it(folder: Path) -> None:
    result = run(".", cwd=folder)
    text = (
        ". has no Terraform files (.tf, .tf.json). These folders have some: infra. Check a root module: queuesmith check infra"
    )
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {text}\n")


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_every_format_names_a_file_that_cannot_be_read(form: str, folder: Path) -> None:
    (folder / "infra" / "broken.tf").write_text("locals {\n  a =\n}\n")
    result = run("infra", "--format", form, cwd=folder)
    assert result.returncode == 1
    shown = result.stderr if form == "sarif" else result.stdout
    assert "infra/broken.tf" in shown
    assert "line 2: Invalid expression; Expected the start of an expression" in shown


def test_plan_and_folder_are_checked_together(folder: Path) -> None:
    (folder / "cdk.tf.json").write_text(json.dumps(STACK))
    files = {each["file"] for each in json.loads(run("cdk.tf.json", "infra", "--json", cwd=folder).stdout)["findings"]}
    assert files == {"cdk.tf.json", "infra"}

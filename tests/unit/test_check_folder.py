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
    for other in (".venv/lib", "environment/lib", "a/node_modules/b", ".terraform/modules"):
        write(folder / other, main=QUEUES)
    (folder / "environment" / "pyvenv.cfg").touch()
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
    assert files == {"cdk.tf.json", "infra/main.tf", "infra/queues.tf"}


def test_json_has_the_line_of_a_finding(folder: Path) -> None:
    findings = json.loads(run("infra", "--json", cwd=folder).stdout)["findings"]
    (timeout,) = [each for each in findings if each["rule"] == "QL001"]
    assert (timeout["file"], timeout["line"], timeout["end_line"]) == ("infra/queues.tf", 4, 4)


def test_text_has_the_line_of_a_finding_with_the_lines_around_it(folder: Path) -> None:
    lines = run("infra", cwd=folder).stdout.splitlines()
    at = lines.index("    infra/queues.tf:4")
    assert lines[at - 2].startswith("  error QL001 aws_sqs_queue.orders.visibility_timeout_seconds is 30 s")
    assert lines[at + 1 : at + 4] == [
        '      3 |   name                       = "orders"',
        "    > 4 |   visibility_timeout_seconds = 30",
        "      5 |   redrive_policy = jsonencode({",
    ]


def test_sarif_has_the_region_of_a_finding(folder: Path) -> None:
    (run_of_tool,) = json.loads(run("infra", "--format", "sarif", cwd=folder).stdout)["runs"]
    (timeout,) = [each for each in run_of_tool["results"] if each["ruleId"] == "QL001"]
    place = timeout["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "infra/queues.tf"}, "region": {"startLine": 4, "endLine": 4}}


def test_github_annotates_the_line_of_a_finding(folder: Path) -> None:
    lines = run("infra", "--format", "github", cwd=folder).stdout.splitlines()
    assert [line for line in lines if line.startswith("::error file=infra/queues.tf,line=4,endLine=4,title=QL001 ")]


def test_source_lines_cannot_control_the_terminal(folder: Path) -> None:
    write(folder, infra__queues=QUEUES.replace("= 30", "= 30 # \u202e\x9b31m"))
    for form in ("text", "json", "sarif", "github"):
        output = run("infra", "--format", form, cwd=folder).stdout
        assert "\u202e" not in output
        assert "\x9b" not in output


def test_folder_without_a_pipeline_says_what_it_contains_and_can_fail(tmp_path: Path) -> None:
    write(tmp_path, infra__queues=QUEUES + 'module "worker" {\n  source = "example/worker/aws"\n}\n')
    result = run("infra", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0].startswith("infra: no pipeline was checked. It contains 2 queues. A pipeline is an ")
    unresolved = "module.worker (its source example/worker/aws is not on this machine: run terraform init)"
    assert f"unresolved: {unresolved}" in result.stdout.splitlines()
    failed = run("infra", "--fail-on", "none-found", cwd=tmp_path)
    assert (failed.returncode, failed.stderr) == (1, "error: infra: no pipeline was checked (--fail-on none-found)\n")

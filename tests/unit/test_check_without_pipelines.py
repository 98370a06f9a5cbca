"""`queuesmith check` if a file has nothing to check: it says so, and can fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.check_command import STACK, run

HINT = "A pipeline is an aws_lambda_event_source_mapping whose event source is an SQS queue"
QUEUE: dict[str, Any] = {"aws_sqs_queue": {"a": {"name": "a"}}}
FUNCTION = {"aws_lambda_function": {"a": {"function_name": "a"}, "b": {"function_name": "b"}}}
STREAM = {"aws_lambda_event_source_mapping": {"s": {"event_source_arn": "arn:aws:kinesis:eu-west-1:1:stream/a"}}}
LOST = {"aws_lambda_event_source_mapping": {"q": {"event_source_arn": "${var.queue}", "function_name": "a"}}}
NOTHING = {
    "network": ({"aws_vpc": {"a": {}}}, f"no queue, no function and no event source mapping. {HINT}"),
    "queue": (QUEUE, f"1 queue. {HINT}"),
    "stream": ({**FUNCTION, **STREAM}, f"2 functions and 1 event source mapping of another source. {HINT}"),
    "lost": ({**QUEUE, **LOST}, "1 queue and 1 event source mapping whose queue is unknown"),
}


def write(folder: Path, name: str, resources: dict[str, Any]) -> None:
    (folder / name).write_text(json.dumps({"resource": resources}))


@pytest.mark.parametrize("kind", NOTHING)
def test_file_without_pipelines_is_reported_and_passes(kind: str, tmp_path: Path) -> None:
    resources, has = NOTHING[kind]
    write(tmp_path, "a.json", resources)
    result = run("a.json", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == f"a.json: no pipeline was checked. It contains {has}"


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
@pytest.mark.parametrize("kind", NOTHING)
def test_option_makes_a_file_without_pipelines_fail(kind: str, form: str, tmp_path: Path) -> None:
    write(tmp_path, "a.json", NOTHING[kind][0])
    result = run("a.json", "--format", form, "--fail-on", "none-found", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (1, "error: a.json: no pipeline was checked (--fail-on none-found)\n")


def test_every_format_reports_a_file_without_pipelines(tmp_path: Path) -> None:
    resources, has = NOTHING["lost"]
    write(tmp_path, "a.json", resources)
    outputs = {form: run("a.json", "--format", form, cwd=tmp_path) for form in ("json", "sarif", "github")}
    assert {result.returncode for result in outputs.values()} == {0}
    found = {"queues": 1, "functions": 0, "other_mappings": 0, "unresolved_mappings": 1}
    assert json.loads(outputs["json"].stdout)["files_without_pipelines"] == [{"file": "a.json", **found}]
    assert outputs["github"].stdout.startswith(
        "::warning file=a.json,title=no pipeline was checked::no pipeline was checked. It contains"
    )
    assert outputs["sarif"].stderr == f"warning: a.json: no pipeline was checked. It contains {has}\n"


def test_one_file_without_a_pipeline_among_others_fails_too(tmp_path: Path) -> None:
    write(tmp_path, "a.json", NOTHING["network"][0])
    write(tmp_path, "b.json", json.loads(json.dumps(STACK["resource"]).replace('"timeout": 60', '"timeout": 3')))
    assert run("a.json", "b.json", cwd=tmp_path).returncode == 0
    result = run("a.json", "b.json", "--fail-on", "none-found", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (1, "error: a.json: no pipeline was checked (--fail-on none-found)\n")
    assert run("b.json", "--fail-on", "none-found", cwd=tmp_path).returncode == 0
    assert run("b.json", "--fail-on", "none-found", "--fail-on", "warning", cwd=tmp_path).returncode == 1


def test_error_fails_with_fail_on_none_found_too(tmp_path: Path) -> None:
    write(tmp_path, "a.json", STACK["resource"])
    result = run("a.json", "--fail-on", "none-found", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (1, "")

"""`queuesmith check`, as a user or a script runs it."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from tests import in_process
from tests.unit.check_command import STACK, run


def rules_in(output: str) -> list[str]:
    return [finding["rule"] for finding in json.loads(output)["findings"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cdk.tf.json").write_text(json.dumps(STACK))
    return tmp_path


def test_findings_are_listed_by_pipeline_and_the_exit_status_is_1(folder: Path) -> None:
    result = run("cdk.tf.json", cwd=folder)
    assert (result.returncode, result.stderr) == (1, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "aws_lambda_event_source_mapping.orders"
    assert lines[1].startswith(
        "  error QL001 aws_sqs_queue.orders.visibility_timeout_seconds is 30 s, but aws_lambda_function."
    )
    assert lines[2] == "    Set aws_sqs_queue.orders.visibility_timeout_seconds to 360 (6 × function timeout + batching window)"
    assert lines[-2].startswith("1 pipeline: 1 error, ")
    assert lines[-1] == "Next: queuesmith explain QL001"


def test_standard_input_is_read_and_named(folder: Path) -> None:
    result = run("-", "--format", "json", cwd=folder, stdin=json.dumps(STACK).encode())
    assert result.returncode == 1
    assert {finding["file"] for finding in json.loads(result.stdout)["findings"]} == {"standard input"}


def test_zips_of_a_plan_on_standard_input_are_read_from_the_current_folder(folder: Path) -> None:
    with zipfile.ZipFile(folder / "code.zip", "w") as archive:
        archive.writestr("main.py", "def other(): ...")
    stack = json.loads(json.dumps(STACK))
    function = stack["resource"]["aws_lambda_function"]["orders"]
    del function["s3_bucket"], function["s3_key"]
    function["filename"] = "code.zip"
    result = run("-", "--format", "json", cwd=folder, stdin=json.dumps(stack).encode())
    assert "main.py in code.zip has no function lambda_handler" in result.stdout
    (folder / "plan.json").write_text(json.dumps(stack))
    from_file = run("plan.json", "--format", "json", cwd=folder)
    assert json.loads(result.stdout)["skipped"] == [
        {**skipped, "file": "standard input"} for skipped in json.loads(from_file.stdout)["skipped"]
    ]


def test_json_has_the_documented_keys(folder: Path) -> None:
    report = json.loads(run("cdk.tf.json", "--format", "json", cwd=folder).stdout)
    assert report["version"] == 2
    assert {"findings", "skipped", "summary"} <= report.keys()
    for finding in report["findings"]:
        assert {"rule", "severity", "address", "message", "remedy", "documentation"} <= finding.keys()
    assert report["summary"]["errors"] == 1


def test_findings_below_the_threshold_leave_the_exit_status_0(folder: Path) -> None:
    stack = json.loads(json.dumps(STACK))
    stack["resource"]["aws_sqs_queue"]["orders"]["visibility_timeout_seconds"] = 360
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
    assert run("cdk.tf.json", cwd=folder).returncode == 0
    assert run("cdk.tf.json", "--fail-on", "warning", cwd=folder).returncode == 1


def test_rule_can_be_suppressed_but_an_aws_limit_cannot(folder: Path) -> None:
    assert "QL007" in rules_in(run("cdk.tf.json", "--format", "json", cwd=folder).stdout)
    by_option = run("cdk.tf.json", "--format", "json", "--suppress", "QL007=emptied hourly", cwd=folder)
    assert "QL007" not in rules_in(by_option.stdout)
    (folder / "queuesmith.toml").write_text(
        '[suppress]\nQL007 = { reason = "emptied hourly", addresses = ["aws_sqs_queue.*"] }'
    )
    assert "QL007" not in rules_in(run("cdk.tf.json", "--format", "json", cwd=folder).stdout)
    (folder / "queuesmith.toml").write_text(
        '[suppress]\nQL001 = "we like it"\nQL007 = { reason = "x", addresses = ["module.*"] }'
    )
    found = rules_in(run("cdk.tf.json", "--format", "json", cwd=folder).stdout)
    assert {"QL001", "QL007", "QL901", "QL903"} <= set(found)


def test_finding_about_a_suppression_names_its_file(folder: Path) -> None:
    (folder / "own.toml").write_text('[suppress]\nQL115 = "paused"')
    arguments = ("cdk.tf.json", "--config", "own.toml", "--suppress", "QL113=short")
    findings = json.loads(run(*arguments, "--format", "json", cwd=folder).stdout)["findings"]
    assert [(each["address"], each["file"]) for each in findings if each["rule"] == "QL903"] == [
        ("--suppress QL113", None),
        ("suppress.QL115 in own.toml", "own.toml"),
    ]
    (log,) = json.loads(run(*arguments, "--format", "sarif", cwd=folder).stdout)["runs"]
    places = [each["locations"][0]["physicalLocation"] for each in log["results"] if each["ruleId"] == "QL903"]
    assert [place["artifactLocation"]["uri"] for place in places] == ["cdk.tf.json", "own.toml"]
    notes = [line for line in run(*arguments, "--format", "github", cwd=folder).stdout.splitlines() if "QL903" in line]
    assert [note.partition("::")[2].partition("::")[0] for note in notes] == [
        "warning title=QL903 --suppress QL113",
        "warning file=own.toml,title=QL903 suppress.QL115 in own.toml",
    ]


def test_day_for_runtime_checks_can_be_set(folder: Path) -> None:
    now = run("cdk.tf.json", "--format", "json", "--date", "2026-11-23", cwd=folder)
    later = run("cdk.tf.json", "--format", "json", "--date", "2029-07-01", cwd=folder)
    assert "QL205" not in rules_in(now.stdout)
    assert "QL205" in rules_in(later.stdout)


def test_a_secret_is_found_and_never_printed_in_any_format(folder: Path) -> None:
    value = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
    stack = json.loads(json.dumps(STACK))
    stack["resource"]["aws_lambda_function"]["orders"]["environment"] = {"variables": {"KEY": value}}
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
    for form in ("text", "json", "sarif", "github"):
        output = run("cdk.tf.json", "--format", form, cwd=folder).stdout
        assert "QL203" in output
        assert value not in output


def test_secret_next_to_an_expression_is_found(folder: Path) -> None:
    stack = json.loads(json.dumps(STACK))
    url = "postgres://u:hunter2pw@${aws_sqs_queue.orders.name}/db"
    stack["resource"]["aws_lambda_function"]["orders"]["environment"] = {"variables": {"DATABASE": url}}
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
    output = run("cdk.tf.json", "--format", "json", cwd=folder).stdout
    assert "QL203" in rules_in(output)
    assert "hunter2pw" not in output


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("plan.json", b"", "plan.json is empty."),
        (
            "plan.json",
            b"Terraform will perform the following actions:",
            "plan.json is a plan in human-readable form, not JSON.",
        ),
        ("plan.json", b"[1]", "plan.json is JSON, but neither a plan nor Terraform in JSON syntax."),
        (
            "plan.json",
            b'{"format_version":"7.0","planned_values":{}}',
            "plan.json has plan format 7.0, but only plan formats 0.x and 1.x",
        ),
    ],
)
def test_unusable_input_is_a_one_line_error_and_exit_status_2(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    result = run(name, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {message}")
    assert len(result.stderr.splitlines()) == 1


def test_binary_plan_error_says_what_to_run(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "tfplan", "w") as archive:
        archive.writestr("tfplan", "x")
    result = run("tfplan", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr == ("error: tfplan is a binary plan file. Run: terraform show -json tfplan > plan.json\n")


def test_usage_errors_in_a_pipe_are_plain_lines(tmp_path: Path) -> None:
    result = run("x.json", "--format", "xml", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")
    assert "Error: Invalid value for '--format': " in result.stderr
    assert "╭" not in result.stderr


def test_settings_file_is_refused_with_its_folder(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "prod.toml").write_text("")
    result = run("config/prod.toml", cwd=tmp_path)
    error = "error: config/prod.toml is a settings file. Check its folder: queuesmith check config\n"
    assert (result.returncode, result.stdout, result.stderr) == (2, "", error)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.json"], "error: nothing.json cannot be read: No such file or directory"),
        (["."], "error: . has no Terraform files (.tf, .tf.json)"),
        (["nothing.tf"], "error: nothing.tf cannot be read: No such file or directory"),
        (["-", "-"], "error: Standard input (-) can be given only once"),
        (
            ["x.json", "--suppress", "all"],
            'error: --suppress is "all", but must be RULE=reason, such as --suppress "QL007=the DLQ is emptied hourly"',
        ),
        (["x.json", "--config", "nothing.toml"], "error: nothing.toml cannot be read: No such file or directory"),
        (
            ["x.json", "--config", "bad.toml"],
            'error: bad.toml: suppress.QL007 must be a reason in quotes, or { reason = "…", addresses = ["…"] }',
        ),
        (
            ["x.json", "--config", "worse.toml"],
            "error: worse.toml is not valid TOML: Expected '=' after a key in a key/value pair (at end of document)",
        ),
        (["x.json", "--config", "other.toml"], 'error: other.toml: "colour" is not a setting. The only key is suppress'),
    ],
)
def test_wrong_arguments_are_refused_by_name(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "bad.toml").write_text("suppress.QL007 = 5")
    (tmp_path / "worse.toml").write_text("suppress")
    (tmp_path / "other.toml").write_text("colour = 1")
    result = run(*arguments, cwd=tmp_path, stdin=b"{}")
    assert result.returncode == 2
    assert result.stderr == f"{message}\n"


def test_the_old_name_of_the_suppressions_is_refused_with_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "queuesmith.toml").write_text("[accept]")
    result = run("-", cwd=tmp_path, stdin=b"{}")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == 'error: queuesmith.toml: "accept" was renamed to "suppress"\n'
    option = run("-", "--accept", "QL007=emptied hourly", cwd=tmp_path, stdin=b"{}")
    assert (option.returncode, option.stdout) == (2, "")
    assert option.stderr.splitlines()[-1] == 'Error: "--accept" was renamed to "--suppress"'


def test_an_old_option_of_another_command_is_an_unknown_option(tmp_path: Path) -> None:
    result = in_process.queuesmith(
        "explain", "QL001", "--source", "handlers", folder=tmp_path, variables={**os.environ, "TERM": "dumb"}
    )
    assert result.returncode == 2
    assert "No such option: --source" in result.stderr


def test_control_characters_in_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "queuesmith.toml").write_text('"\\u001b[31m" = 1')
    result = run("-", cwd=tmp_path, stdin=b"{}")
    assert result.returncode == 2
    assert "\x1b" not in result.stderr
    assert result.stderr.startswith(r'error: queuesmith.toml: "\x1b[31m" is not a setting')

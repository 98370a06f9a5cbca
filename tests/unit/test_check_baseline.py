"""`queuesmith check --baseline`: known findings are counted, and only new ones fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.check_command import run
from tests.unit.terraform_reading.hcl_folders import MAPPING, QUEUES, write

HOW = "Write one: queuesmith check . --json > baseline.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder, and a baseline with its findings."""
    write(tmp_path, main=MAPPING, queues=QUEUES)
    (tmp_path / "baseline.json").write_text(run(".", "--json", cwd=tmp_path).stdout)
    return tmp_path


def test_known_findings_are_counted_and_do_not_fail(folder: Path) -> None:
    findings = len(json.loads((folder / "baseline.json").read_text())["findings"])
    result = run(".", "--baseline", "baseline.json", "--fail-on", "warning", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert "QL001" not in result.stdout
    assert f"1 pipeline: no new findings, {findings} in the baseline; " in result.stdout
    assert json.loads(run(".", "--baseline", "baseline.json", "--json", cwd=folder).stdout)["summary"]["known"] == findings


def test_a_new_finding_fails(folder: Path) -> None:
    write(folder, main=MAPPING.replace("  function_name  ", "  batch_size = 11\n  function_name  ", 2))
    result = run(".", "--baseline", "baseline.json", "--json", cwd=folder)
    assert result.returncode == 1
    assert [finding["rule"] for finding in json.loads(result.stdout)["findings"]] == ["QL102"]


def test_a_known_finding_with_another_value_is_known(folder: Path) -> None:
    write(folder, queues=QUEUES.replace("= 30", "= 40"))
    assert run(".", "--baseline", "baseline.json", cwd=folder).returncode == 0


def test_an_error_is_new_if_the_baseline_has_a_warning(folder: Path) -> None:
    """AWS rejects a visibility timeout of 30 s for a function with 60 s, and accepts 60 s."""

    def errors(now: int, *options: str) -> tuple[int, list[str]]:
        write(folder, queues=QUEUES.replace("= 30", f"= {now}"))
        result = run(".", "--json", *options, cwd=folder)
        (folder / "new.json").write_text(result.stdout)
        found = json.loads(result.stdout)["findings"]
        return result.returncode, [each["severity"] for each in found if each["rule"] == "QL001"]

    assert errors(60) == (0, ["warning"])
    (folder / "baseline.json").write_text((folder / "new.json").read_text())
    assert errors(30, "--baseline", "baseline.json") == (1, ["error"])
    assert errors(30) == (1, ["error"])
    assert errors(60, "--baseline", "new.json") == (0, []), "a warning that was an error is known"


def test_a_second_finding_of_a_rule_at_an_address_is_new(folder: Path) -> None:
    def environment(*names: str) -> str:
        lines = "".join(f'      {name} = "xoxb-1234567890-abcdefghijklmno"\n' for name in names)
        return MAPPING.replace("  timeout ", f"  environment {{\n    variables = {{\n{lines}    }}\n  }}\n  timeout ")

    write(folder, main=environment("FIRST"))
    (folder / "baseline.json").write_text(run(".", "--json", cwd=folder).stdout)
    write(folder, main=environment("ADDED", "FIRST"))
    result = run(".", "--baseline", "baseline.json", "--json", cwd=folder)
    (new,) = json.loads(result.stdout)["findings"]
    assert (result.returncode, new["rule"]) == (1, "QL203")
    assert "ADDED" in new["message"]


def test_findings_that_no_longer_occur_are_counted(folder: Path) -> None:
    write(folder, queues=QUEUES.replace("= 30", "= 400"))
    result = run(".", "--baseline", "baseline.json", cwd=folder)
    assert result.returncode == 0
    assert result.stderr == "baseline.json: 1 of its findings no longer occur. Write it again: check --json\n"


def test_suppressed_findings_of_the_baseline_still_occur(folder: Path) -> None:
    write(folder, queues=QUEUES.replace("  redrive", "  # queuesmith:ignore QL005 throttling is rare\n  redrive"))
    result = run(".", "--baseline", "baseline.json", cwd=folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert ", 1 suppressed" in result.stdout


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", f"is not valid JSON. {HOW}"),
        ("[" * 100_000, f"is not valid JSON. {HOW}"),
        ("[]", f"is not a report of queuesmith check in version 2. {HOW}"),
        ('{"version": 1, "findings": []}', f"is not a report of queuesmith check in version 2. {HOW}"),
    ],
)
def test_a_file_that_is_no_report_is_refused(content: str | None, problem: str, folder: Path) -> None:
    if content is not None:
        (folder / "x.json").write_text(content)
    result = run(".", "--baseline", "x.json", cwd=folder)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: --baseline: x.json {problem}\n")

"""`queuesmith check config`: the settings of a project in the formats of `check`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.check_command import run
from tests.unit.settings_files import write

COMMON = """\
region = "eu-west-1"
backend.type = "local"
[workers.orders.function]
artifact.zip = "orders.zip"
timeout = 30
"""
DEV = "[workers.orders.queue]\nvisibility_timeout = 30\n"
MAIL = "[workers.mail.function]\nartifact.zip = 'mail.zip'\nmemory = 64\n"
TEXT = """\
config/dev.toml
  orders
    error QL001 workers.orders.queue: queue.visibility_timeout is 30 s, but function.timeout is 30 s: a message can become
"""


def found(*arguments: str, cwd: Path) -> list[tuple[str, str, str, int]]:
    """Rule, address, file and line of each finding in JSON."""
    findings = json.loads(run(*arguments, "--json", cwd=cwd).stdout)["findings"]
    return [(each["rule"], each["address"], each["file"], each["line"]) for each in findings]


def test_findings_have_the_file_and_line_in_each_format(tmp_path: Path) -> None:
    write(tmp_path, common=COMMON, dev=DEV, prod=MAIL)
    text = run("config", cwd=tmp_path)
    assert text.returncode == 1
    assert text.stdout.startswith(TEXT.rstrip())
    assert "      config/dev.toml:2\n" in text.stdout
    assert found("config", cwd=tmp_path) == [
        ("QL001", "workers.orders.queue", "config/dev.toml", 2),
        ("QL201", "workers.mail.function", "config/prod.toml", 3),
    ]
    github = run("config", "--format", "github", cwd=tmp_path).stdout
    assert github.startswith("::error file=config/dev.toml,line=2,endLine=2,title=QL001 workers.orders.queue::")
    (run_of_sarif,) = json.loads(run("config", "--format", "sarif", cwd=tmp_path).stdout)["runs"]
    places = [each["locations"][0]["physicalLocation"] for each in run_of_sarif["results"]]
    assert [(each["artifactLocation"]["uri"], each["region"]["startLine"]) for each in places] == [
        ("config/dev.toml", 2),
        ("config/prod.toml", 3),
    ]


def test_suppressions_and_baselines_apply_to_settings(tmp_path: Path) -> None:
    late = "[workers.orders.queue]\nvisibility_timeout = 60\n"
    write(tmp_path / "other", common=COMMON, dev=late)
    assert found("other/config", cwd=tmp_path) == [("QL002", "workers.orders.queue", "other/config/dev.toml", 2)]
    assert found("other/config", "--suppress", "QL002=it is never throttled", cwd=tmp_path) == []
    (tmp_path / "baseline.json").write_text(run("other/config", "--json", cwd=tmp_path).stdout)
    assert found("other/config", "--baseline", "baseline.json", cwd=tmp_path) == []
    write(tmp_path, common=COMMON, dev=f"{late}[workers.orders.suppress]\nQL002 = 'it is never throttled'\n")
    assert found("config", "other/config", cwd=tmp_path) == [("QL002", "workers.orders.queue", "other/config/dev.toml", 2)]


def test_problems_that_are_no_findings_are_errors(tmp_path: Path) -> None:
    write(tmp_path, common=COMMON, dev="colour = 1\n", prod="size = 1\n[workers.orders.function]\ntimeout = 'x'\n")
    result = run("config", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith('error: dev: "colour" is not a setting. ')
    assert result.stderr.endswith(" (config/dev.toml:1). There are 2 more problems: python main.py --check\n")


def test_project_without_terraform_is_told_how_to_check_settings(tmp_path: Path) -> None:
    write(tmp_path, dev=COMMON)
    result = run(".", cwd=tmp_path)
    assert result.stderr == "error: . has no Terraform files (.tf, .tf.json). Check its settings: queuesmith check config\n"

"""Settings before synth: all findings at once, suppressed findings, and values that are never printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuesmith.checks.settings_check import SettingsReport, check_configuration
from queuesmith.checks.worker_check import check_worker
from queuesmith.readers.settings.pipeline import WorkerContext
from queuesmith.rules import Severity
from tests.checking import TODAY
from tests.conftest import Project
from tests.unit import settings_files
from tests.unit.conftest import Worker

GITHUB = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
GOOD = """
region = "eu-west-1"
backend.type = "local"
[workers.orders]
function.artifact.s3 = { bucket = "artifacts", key = "orders.zip" }
"""


def check(tmp_path: Path, **files: str) -> SettingsReport:
    return check_configuration(settings_files.read(tmp_path, (), **files), TODAY)


def rules(texts: list[str]) -> list[str]:
    return [text.rsplit("[", 1)[1].rstrip("]") for text in texts if text.endswith("]")]


def test_good_settings_have_no_finding(tmp_path: Path) -> None:
    assert check(tmp_path, dev=GOOD) == SettingsReport([], [])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("queue.visibility_timeout = 43201", "QL003"),
        ("queue.max_receive_count = 1001", "QL005"),
        ("queue.retention = 59", "QL009"),
        (f'name = "{"x" * 77}"', "QL011"),
        ("source.batch_size = 10001", "QL101"),
        ("source.batch_size = 11", "QL102"),
        ("source.batching_window = 301", "QL103"),
        ("source.maximum_concurrency = 1", "QL104"),
        ("source.maximum_concurrency = 9\nfunction.reserved_concurrency = 8", "QL105"),
        ("function.timeout = 901", "QL201"),
        ("function.memory = 127", "QL201"),
        ('function.environment = { AWS_REGION = "x" }', "QL202"),
        ('function.environment = { KEY = "AKIAQWERTYUIOPASDFGH" }', "QL203"),
        ('function.runtime = "nodejs12.x"', "QL205"),
        ("logs.retention = 2", "QL206"),
        (f'name = "{"x" * 56}"', "QL213"),
    ],
)
def test_settings_are_checked_against_each_limit(tmp_path: Path, text: str, rule: str) -> None:
    report = check(tmp_path, dev=f"{GOOD}{text}")
    assert rule in rules(report.errors)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("queue.visibility_timeout = 60", "QL002"),
        ("queue.max_receive_count = 4", "QL005"),
        ("queue.retention = 1209600", "QL007"),
        ("queue.retention = 900", "QL008"),
        ("function.reserved_concurrency = 8", "QL106"),
        ("source.expected_seconds_per_record = 4", "QL113"),
        ("source.expected_seconds_per_record = 301", "QL211"),
        ("function.timeout = 601", "QL211"),
        ("function.reserved_concurrency = 0", "QL212"),
        ('function.environment = { DB_PASSWORD = "hunter2" }', "QL203"),
    ],
)
def test_risky_but_valid_settings_are_warnings(tmp_path: Path, text: str, rule: str) -> None:
    report = check(tmp_path, dev=f"{GOOD}{text}")
    assert (report.errors, rule in rules(report.warnings)) == ([], True)


def test_shape_problems_are_reported_before_the_rules_run(tmp_path: Path) -> None:
    text = """
region = "eu-west-1"
backend.type = "local"
colour = "red"
[workers.orders]
function.artifact.zip = 5
function.timeout = "30"
source.batch_size = 50
queue.visibilty_timeout = 7
"""
    errors = check(tmp_path, dev=text, prod=f"{GOOD}source.batch_size = 50").errors
    assert [error.split(" is ")[0] for error in errors] == [
        'dev: "workers.orders.queue.visibilty_timeout"',
        "dev: workers.orders.function.artifact.zip",
        "dev: workers.orders.function.timeout",
        'dev: "colour"',
        "prod: orders: source.batch_size",
    ]


def test_all_problems_between_workers_are_reported_together(tmp_path: Path) -> None:
    text = f'{GOOD}[workers.orders-dlq]\nfunction.artifact.zip = "x"\n[workers.tables]\nfunction.artifact.zip = "y"'
    assert check(tmp_path, dev=text).errors[:2] == [
        "dev: workers.orders-dlq and workers.orders would both have a queue with the name dev-orders-dlq. Rename one of them "
        "(config/dev.toml)",
        "dev: workers.tables cannot have this name, because the stack uses the id tables itself. Rename the worker "
        "(config/dev.toml)",
    ]


def test_warning_is_suppressed_with_a_reason(worker: Worker) -> None:
    late = {"retention": 1_209_600}
    assert [finding.rule for finding in check_worker("orders", worker(queue=late), TODAY)] == ["QL007"]
    assert check_worker("orders", worker(queue=late, suppress={"QL007": "the DLQ is emptied hourly"}), TODAY) == []


@pytest.mark.parametrize(
    ("suppress", "rule"),
    [({"QL007": " "}, "QL902"), ({"QL104": "we want one"}, "QL901"), ({"QL777": "why"}, "QL901"), ({"QL002": "why"}, "QL903")],
)
def test_invalid_suppression_is_a_finding(worker: Worker, suppress: dict[str, str], rule: str) -> None:
    settings = worker(queue={"retention": 1_209_600}, source={"maximum_concurrency": 1}, suppress=suppress)
    assert rule in [finding.rule for finding in check_worker("orders", settings, TODAY)]


def test_tag_is_checked_once_for_all_workers(tmp_path: Path) -> None:
    text = f'tags = {{ owner = "{GITHUB}" }}\n{GOOD}'
    more = "[workers.mail.function.artifact]\ns3 = { bucket = 'artifacts', key = 'mail.zip' }"
    (error,) = check(tmp_path, dev=f"{text}\n{more}").errors
    assert error.startswith("dev: tags.owner contains what looks like a secret (GitHub Token). ")
    assert error.endswith("(config/dev.toml:1) [QL203]")


@pytest.mark.parametrize("value", ['"hunter2-hunter2"', "77141414", '["hunter2-hunter2"]', '{ x = "hunter2-hunter2" }'])
def test_value_of_a_variable_is_never_printed(project: Project, value: str) -> None:
    project.add("dev.toml", f"[workers.orders.function.environment]\nDB_PASSWORD = {value}")
    result = project.run("dev")
    assert "DB_PASSWORD" in result.stderr
    assert "hunter2" not in result.stderr + result.stdout
    assert "77141414" not in result.stderr


def test_production_without_alarm_actions_is_a_warning(worker: Worker) -> None:
    def found(around: WorkerContext) -> list[str]:
        return [finding.rule for finding in check_worker("orders", worker(), TODAY, around)]

    assert found(WorkerContext("prod", alarms_are_sent=True)) == []
    assert found(WorkerContext("prod")) == ["QL301"]
    assert found(WorkerContext("dev")) == []


def test_warnings_are_printed_and_do_not_stop_synth(project: Project) -> None:
    project.add("dev.toml", "[workers.orders.queue]\nmax_receive_count = 4")
    result = project.run("dev")
    assert (result.returncode, result.stdout) == (0, "cdktf.out/stacks: dev\n")
    assert result.stderr == (
        "warning: dev: orders: queue.max_receive_count is 4: throttling also uses up receive attempts, and can move "
        "messages to the DLQ unprocessed. Set queue.max_receive_count to 5 or more (config/dev.toml:17) [QL005]\n"
    )
    assert project.run("dev", "--check").stderr == result.stderr
    assert project.run("dev", "--check", "--quiet").stderr == ""


def test_errors_and_warnings_are_counted_together(project: Project) -> None:
    project.add("dev.toml", "[workers.orders.queue]\nmax_receive_count = 4\nvisibility_timeout = 3")
    result = project.run("dev", "--check", "--quiet")
    assert result.returncode == 2
    assert result.stderr.endswith("1 error and 1 warning in the settings. Nothing was written.\n")
    assert [line.split(":")[0] for line in result.stderr.splitlines()[:-1]] == ["error", "warning"]


def test_tags_of_a_worker_are_checked(tmp_path: Path) -> None:
    text = f'tags = {{ owner = "{GITHUB}" }}\n{GOOD}\n[workers.orders.tags]\ntoken = "{GITHUB}"\n'
    errors = check(tmp_path, dev=text).errors
    assert [error.split(" contains")[0] for error in errors] == ["dev: tags.owner", "dev: orders: tags.token"]


def test_secret_next_to_an_expression_is_found(tmp_path: Path) -> None:
    variables = f'{{ FIRST = "${{var.a}}", SECOND = "${{var.b}} {GITHUB}" }}'
    text = f'tags.owner = "${{var.owner}} {GITHUB}"\n{GOOD}function.environment = {variables}'
    errors = check(tmp_path, dev=text).errors
    assert rules(errors) == ["QL203", "QL203"]
    assert not any("ghp_" in error for error in errors)


def test_service_name_counts_toward_the_environment_size(worker: Worker) -> None:
    def found(size: int) -> list[str]:
        settings = worker(function={"environment": {"TEXT": "x " * (size // 2) + "x" * (size % 2)}})
        return [finding.rule for finding in check_worker("orders", settings, TODAY)]

    own = len("POWERTOOLS_SERVICE_NAMEtest-ordersWORKER_MAX_RECEIVE_COUNT5TEXT")
    assert (found(4096 - own), found(4097 - own)) == ([], ["QL202"])


def test_findings_have_their_severity(worker: Worker) -> None:
    settings = worker(queue={"visibility_timeout": 30, "max_receive_count": 3})
    severities = {finding.rule: finding.severity for finding in check_worker("orders", settings, TODAY)}
    assert severities == {"QL001": Severity.ERROR, "QL005": Severity.WARNING}

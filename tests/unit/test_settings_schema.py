"""The pages and the schema of the settings agree with the settings and the rules."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pydantic import ValidationError

from queuesmith.checks.worker_check import check_worker
from queuesmith.rules import Severity
from queuesmith.settings import WorkerSettings
from queuesmith.settings.field_types import LARGEST_NUMBER
from queuesmith.settings.loading import Origins, validate_environment
from tests.checking import TODAY
from tests.conftest import ROOT, SAMPLE
from tests.strategies import NAMES, workers
from tools.settings_page import page
from tools.settings_schema import tables

SCHEMA_FILE = ROOT / "config" / "settings.schema.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text())
VALIDATOR = Draft7Validator(SCHEMA)
FILES = sorted(
    path
    for folder in ("config", "examples/config", "tests/environments", "tests/sample/config")
    for path in (ROOT / folder).glob("*.toml")
)
WORKER: dict[str, Any] = {
    "name": "w",
    "function": {"artifact": {"image": f"registry/image@sha256:{'0' * 64}"}},
    "failures": {"backoff": {}},
}
PLACES = {
    "BackoffSettings": "failures.backoff",
    "CircuitBreakerSettings": "failures.circuit_breaker",
    "DeadLetterQueueSettings": "dead_letter_queue",
    "DeploymentSettings": "function.deployment",
    "ExistingQueueSettings": "existing_queue",
    "FunctionSettings": "function",
    "LogSettings": "logs",
    "PollerSettings": "source.pollers",
    "QueueSettings": "queue",
    "ScheduleProducer": "producers.schedules.night",
    "SourceSettings": "source",
}
RANGES = {
    f"{model}.{name}": (form["minimum"], form["maximum"])
    for model, table in tables().items()
    for name, key in table["properties"].items()
    for form in (key, *key.get("anyOf", ()))
    if form.get("type") == "integer" and form["maximum"] < LARGEST_NUMBER
    if model not in ("PeakSettings", "WorkloadSettings")  # test_workload.py has these: no rule limits them
}
CHOICES = {
    f"{model}.{name}": key["enum"]
    for model, table in tables().items()
    for name, key in table["properties"].items()
    if key.get("type") == "integer" and "enum" in key
}
BESIDE: dict[str, dict[str, Any]] = {
    "BackoffSettings.base": {"cap": 43_200},
    "BackoffSettings.cap": {"base": 1},
    "DeploymentSettings": {"strategy": "canary"},
    "CircuitBreakerSettings.base": {"cap": 3_600, "outage": 1},
    "CircuitBreakerSettings.cap": {"base": 1, "outage": 1},
    "ScheduleProducer": {"expression": "rate(1 day)"},
    "ExistingQueueSettings": {"arn": "arn:aws:sqs:eu-west-1:111111111111:theirs"},
    "PollerSettings.maximum": {"minimum": 2},
    "QueueSettings.data_key_reuse_period": {"kms_key": "alias/aws/sqs"},
}
"""Other settings that are required, so that only the number is checked."""


def worker_with(option: str, value: int) -> dict[str, Any]:
    """A worker with one option."""
    model, _, name = option.partition(".")
    worker: dict[str, Any] = json.loads(json.dumps(WORKER))
    table = worker
    for key in PLACES[model].split("."):
        table = table.setdefault(key, {})
    table |= {**BESIDE.get(model, {}), **BESIDE.get(option, {}), name: value}
    return worker


def errors(worker: dict[str, Any]) -> set[tuple[str, str, bool]] | None:
    """The errors of the rules: rule, key, and whether AWS enforces it. None if the settings have the wrong shape."""
    try:
        settings = WorkerSettings.model_validate(worker)
    except ValidationError:
        return None
    findings = check_worker("w", settings, TODAY)
    return {(each.rule, each.attribute, each.enforced_by_aws) for each in findings if each.severity is Severity.ERROR}


def in_schema(worker: dict[str, Any]) -> bool:
    return bool(VALIDATOR.is_valid({"workers": {"w": worker}}))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_schema_accepts_every_settings_file_of_this_repository(path: Path) -> None:
    assert list(VALIDATOR.iter_errors(tomllib.loads(path.read_text()))) == []


def test_schema_named_in_settings_files_is_this_one() -> None:
    named = {path: re.findall(r"^#:schema (.+)$", path.read_text(), re.MULTILINE) for path in FILES}
    assert {path.name for path, schemas in named.items() if schemas and path.parent == SAMPLE} == {
        path.name for path in SAMPLE.glob("*.toml")
    }
    for path, schemas in named.items():
        assert {(path.parent / schema).resolve() for schema in schemas} <= {SCHEMA_FILE}


@pytest.mark.parametrize("option", RANGES)
def test_range_ends_at_the_limit_of_the_rules(option: str) -> None:
    low, high = RANGES[option]
    for end, beyond in ((low, low - 1), (high, high + 1)):
        at, past = errors(worker_with(option, end)), errors(worker_with(option, beyond))
        assert at is not None
        assert past is None or past - at, f"{beyond} is not refused"
        assert in_schema(worker_with(option, end))
        assert not in_schema(worker_with(option, beyond))


@pytest.mark.parametrize("option", CHOICES)
def test_rules_refuse_numbers_that_are_not_a_choice(option: str) -> None:
    tried = {choice + change for choice in CHOICES[option] for change in (-1, 0, 1)}
    taken = {value for value in tried if errors(worker_with(option, value)) == set()}
    assert taken == set(CHOICES[option])
    assert not in_schema(worker_with(option, max(CHOICES[option]) + 1))


@pytest.mark.parametrize(
    "text",
    [
        "regoin = 'eu-west-1'",
        "region = 5",
        "allowed_account_ids = ['12345']",
        "workers.Orders = 5",
        "workers.orders.function.timeout = '5'",
        "workers.orders.function.memmory = 512",
        "workers.orders.function.architecture = 'arm'",
        "workers.orders.queue.kms_key = 'orders'",
        "backend = { type = 's3' }",
        "backend = { type = 'local', bucket = 'b' }",
        "workers.orders.alarms.backlog = true",
    ],
)
def test_schema_refuses_what_the_settings_refuse(text: str) -> None:
    assert not VALIDATOR.is_valid(tomllib.loads(text))
    _, problems = validate_environment(Origins("config", "dev", tomllib.loads(text), {}))
    key = text.partition(" =")[0]
    assert any(key in problem for _, problem in problems)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_schema_accepts_what_settings_and_rules_accept(data: st.DataObject, package: Path) -> None:
    worker = {**data.draw(workers(data.draw(NAMES), str(package)))}
    if errors(worker) == set():
        assert in_schema(worker)


def test_every_key_has_a_sentence_and_an_example() -> None:
    for model, table in tables().items():
        for name, key in table["properties"].items():
            if "$ref" not in json.dumps(key):
                assert key["description"], f"{model}.{name}"
                assert key["examples"], f"{model}.{name}"


def test_every_number_in_the_page_has_a_range_or_an_exemption() -> None:
    """Numbers without a range depend on the account, or are thresholds, which have no limits."""
    number = r"whole number(?: of \w+)?|number of seconds greater than 0"
    without = set(re.findall(rf"^\| `(\w+)` \| (?:{number}) \|", page(), re.MULTILINE))
    assert without == {"expected_seconds_per_record", "reserved_concurrency", "minimum_remaining_time"}

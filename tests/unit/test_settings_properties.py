"""Properties of all settings: those that the rules accept can be synthesized, and no input causes a traceback."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import Testing as Synthesis
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from queuesmith.checks.settings_check import check_configuration
from queuesmith.checks.worker_check import check_worker
from queuesmith.constructs import EnvironmentSettings
from queuesmith.rules import Severity
from queuesmith.settings.loading import Configuration, Environment, Origins, validate_environment
from stacks.environment import EnvironmentStack
from tests.checking import TODAY
from tests.strategies import JUNK, NAMES, STRANGE_TEXTS, workers

FEW = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
GOOD: dict[str, Any] = {
    "region": "eu-west-1",
    "backend": {"type": "local"},
    "tags": {"owner": "team"},
    "tables": {"orders": {"partition_key": "id"}},
    "workers": {
        "orders": {
            "function": {"artifact": {"zip": "a.zip"}, "timeout": 30, "environment": {"MODE": "fast"}},
            "queue": {"retention": 60},
            "source": {"batch_size": 10},
            "tables": {"orders": {"operations": ["PutItem"], "variable": "TABLE"}},
            "suppress": {"QL007": "why not"},
        }
    },
}


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [path, *(found for key, inner in items for found in _paths(inner, (*path, key)))]


@FEW
@given(data=st.data())
def test_settings_without_errors_are_synthesized(package: Path, data: st.DataObject) -> None:
    content = data.draw(workers(data.draw(NAMES), str(package)))
    environment = EnvironmentSettings.model_validate({**GOOD, "environment": "test", "workers": {"orders": content}})
    findings = check_worker("orders", environment.workers["orders"], TODAY)
    assume(not any(finding.severity is Severity.ERROR for finding in findings))
    stack = json.loads(Synthesis.synth(EnvironmentStack(Synthesis.app(), "test", environment)))
    made = 0 if environment.workers["orders"].existing_queue else 2
    assert len(stack["resource"].get("aws_sqs_queue", {})) == made


@settings(FEW, max_examples=300)
@given(data=st.data())
def test_no_settings_cause_a_traceback(data: st.DataObject) -> None:
    content = copy.deepcopy(GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from([path for path in _paths(content) if path] or [("region",)]))
        place: Any = content
        for step in way:
            place = place[step]
        if isinstance(place, dict) and data.draw(st.integers(0, 3)) == 0:
            last = data.draw(STRANGE_TEXTS)
        place[last] = data.draw(JUNK)
    origins = Origins("config", "dev", content, {})
    usable, problems = validate_environment(origins)
    assert (usable is None) is bool(problems)
    if usable is not None:
        configuration = Configuration({"dev": Environment(usable, origins)}, [])
        check_configuration(configuration, TODAY, check_zips=data.draw(st.booleans()))


@pytest.mark.parametrize("value", [[], "x", 5, None, {"orders": 5}, {"orders": []}])
def test_workers_of_the_wrong_type_are_problems(value: Any) -> None:
    usable, problems = validate_environment(Origins("config", "dev", {**GOOD, "workers": value}, {}))
    assert usable is None
    assert problems

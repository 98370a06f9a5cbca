"""A sample of the settings that the rules accept, validated by real Terraform with the real provider."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import Testing as Synthesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from queuesmith.checks.worker_check import check_worker
from queuesmith.common.errors import TerraformError
from queuesmith.constructs import EnvironmentSettings
from queuesmith.rules import Severity
from queuesmith.settings import WorkerSettings
from stacks.environment import EnvironmentStack
from tests.checking import TODAY
from tests.strategies import workers
from tests.terraform.conftest import initialize, terraform_in

WORKERS = 40
"""In one stack: the provider's start takes longer than all validations."""


def _is_accepted(content: dict[str, Any]) -> bool:
    findings = check_worker("orders", WorkerSettings.model_validate(content), TODAY)
    return not any(finding.severity is Severity.ERROR for finding in findings)


@settings(max_examples=1, derandomize=True, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(data=st.data())
def _sample(found: list[dict[str, Any]], data: st.DataObject) -> None:
    found.extend(data.draw(workers(f"test-{number}", None).filter(_is_accepted)) for number in range(WORKERS))


def test_settings_without_errors_are_valid_terraform(tmp_path: Path) -> None:
    found: list[dict[str, Any]] = []
    _sample(found)
    assert len(found) >= WORKERS
    content = {
        "environment": "test",
        "region": "eu-west-1",
        "backend": {"type": "local"},
        "workers": {f"worker-{number}": worker for number, worker in enumerate(found[-WORKERS:])},
    }
    stack = Synthesis.synth(EnvironmentStack(Synthesis.app(), "test", EnvironmentSettings.model_validate(content)))
    functions = json.loads(stack)["resource"]["aws_lambda_function"].values()
    assert len({json.dumps(function, sort_keys=True) for function in functions}) > 1
    (tmp_path / "cdk.tf.json").write_text(stack)
    terraform = terraform_in(tmp_path)
    initialize(terraform, backend=False)
    terraform.validate()


def test_worker_beyond_a_limit_is_not_in_the_sample() -> None:
    assert not _is_accepted({"name": "x", "function": {"artifact": {"zip": "x.zip"}, "timeout": 901}})


def test_terraform_refuses_values_beyond_the_limits_too(tmp_path: Path) -> None:
    """Below the lower limit and above the upper one."""
    functions = {
        f"with-{memory}": {"artifact": {"s3": {"bucket": "artifacts", "key": "orders.zip"}}, "memory": memory}
        for memory in (127, 10_241)
    }
    content = {
        "environment": "test",
        "region": "eu-west-1",
        "backend": {"type": "local"},
        "workers": {key: {"function": function} for key, function in functions.items()},
    }
    assert not any(_is_accepted({"name": "test-orders", "function": function}) for function in functions.values())
    stack = Synthesis.synth(EnvironmentStack(Synthesis.app(), "test", EnvironmentSettings.model_validate(content)))
    (tmp_path / "cdk.tf.json").write_text(stack)
    terraform = terraform_in(tmp_path)
    initialize(terraform, backend=False)
    with pytest.raises(TerraformError) as error:
        terraform.validate()
    for memory in (127, 10_241):
        assert f"expected memory_size to be in the range (128 - 10240), got {memory}" in str(error.value)

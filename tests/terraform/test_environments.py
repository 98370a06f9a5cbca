"""Every environment is initialized, validated and planned by real Terraform with the real provider."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.terraform.conftest import RESOURCES, initialize
from tests.terraform_cli import TerraformInTests


def test_dev_copied_elsewhere_is_initialized_and_validated_by_itself(terraform: Callable[..., TerraformInTests]) -> None:
    dev = terraform("dev")
    initialize(dev)
    dev.validate()


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_an_environment_with_state_in_s3_is_valid_by_itself(
    environment: str, terraform: Callable[..., TerraformInTests]
) -> None:
    stack = terraform(environment)
    initialize(stack, backend=False)
    stack.validate()


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_environment_is_planned(environment: str, terraform: Callable[..., TerraformInTests]) -> None:
    stack = terraform(environment, offline=True)
    initialize(stack)
    assert stack.plan(out="plan")
    changes = [change for change in stack.show_plan("plan")["resource_changes"] if change["mode"] == "managed"]
    assert [change["change"]["actions"] for change in changes] == [["create"]] * RESOURCES[environment]

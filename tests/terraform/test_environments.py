"""Each environment is initialized and validated, and all are planned together, by real Terraform with the real provider."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from queuesmith.common.errors import TerraformError
from tests.terraform.conftest import RESOURCES, changes_of, initialize, planned_together
from tests.terraform_cli import TerraformInTests


def test_copy_of_dev_is_initialized_and_validated(terraform: Callable[..., TerraformInTests]) -> None:
    dev = terraform("dev")
    initialize(dev)
    dev.validate()


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_environment_with_state_in_s3_is_valid(environment: str, terraform: Callable[..., TerraformInTests]) -> None:
    stack = terraform(environment)
    initialize(stack, backend=False)
    stack.validate()


def test_old_terraform_is_refused(terraform: Callable[..., TerraformInTests]) -> None:
    stack = terraform("prod")
    versions = stack.folder / "versions.tf"
    versions.write_text(versions.read_text().replace(">= 1.10.0", ">= 99.0.0"))
    with pytest.raises(TerraformError, match=r"Unsupported \w+ Core version"):
        stack.init(backend=False)


@pytest.fixture(scope="module")
def plan(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The plan of all environments."""
    return planned_together(tmp_path_factory.mktemp("planned") / "root", [synthesized / name for name in RESOURCES])


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_environment_is_planned(environment: str, plan: dict[str, Any]) -> None:
    actions = [change["change"]["actions"] for change in changes_of(plan, environment)]
    assert actions == [["create"]] * RESOURCES[environment]

"""Real Terraform and the real AWS provider, over the synthesized environments."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cdktf import App

from queuesmith.common.errors import TerraformError
from queuesmith.local.stack_copy import CODEDEPLOY, SERVICES, copy_stack
from tests.conftest import CACHE, ROOT, Project, unavailable
from tests.terraform_cli import TerraformInTests, call_every_folder

RESOURCES = {"dev": 30, "staging": 30, "prod": 28}
"""The alarms of prod use an existing topic, so prod creates no topic. Its key is for all other resources."""
PROVIDER = {
    "region": "eu-central-1",
    "access_key": "test",
    "secret_key": "test",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}
"""A provider that plans without AWS."""
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""Credentials for Terraform if the provider has none. They are never checked."""
ENVIRONMENTS = ("existing", "fifo", "images", "standard")
EXAMPLES = ("existing-queue", "fan-out", "fifo", "image", "vpc")
STACKS = [*RESOURCES, *(f"environments-{name}" for name in ENVIRONMENTS), *(f"examples-{name}" for name in EXAMPLES), "shop"]
"""Every stack of the sample, of tests/environments and of the examples that provider 5.100 can plan."""
NEEDS_A_NEWER_PROVIDER = "environments-newer"
"""The tests have provider 5.100 only."""
NOWHERE = dict.fromkeys((*SERVICES, CODEDEPLOY), "http://127.0.0.1:9")
"""Endpoints with no server: the first plan of these stacks makes no AWS request."""


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`stacks/` of the build output, with every environment."""
    project = Project(tmp_path_factory.mktemp("synthesized") / "project")
    result = project.run()
    assert result.returncode == 0, result.stderr
    return project.output / "stacks"


@pytest.fixture(scope="session")
def stacks(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of each stack in STACKS."""
    from examples.own_stack import Shop

    root = tmp_path_factory.mktemp("stacks")
    folders = {name: synthesized / name for name in RESOURCES}
    for group, config in (("environments", ROOT / "tests" / "environments"), ("examples", ROOT / "examples" / "config")):
        project = Project(root / group, config)
        result = project.run()
        assert result.returncode == 0, result.stderr
        folders |= {f"{group}-{folder.name}": folder for folder in (project.output / "stacks").iterdir()}
    app = App(outdir=str(root / "own"))
    Shop(app, "shop")
    app.synth()
    del folders[NEEDS_A_NEWER_PROVIDER]
    assert {*folders, "shop"} == set(STACKS)
    return {**folders, "shop": root / "own" / "stacks" / "shop"}


@pytest.fixture
def terraform(synthesized: Path, tmp_path: Path) -> Callable[..., TerraformInTests]:
    """Terraform in a copy of an environment's folder: unchanged, or with a provider that plans without AWS."""

    def make(environment: str, *, offline: bool = False) -> TerraformInTests:
        folder = tmp_path / "copied" / environment
        if offline:
            copy_stack(synthesized / environment, folder, NOWHERE)
        else:
            shutil.copytree(synthesized / environment, folder)
        return terraform_in(folder)

    return make


def terraform_in(folder: Path, environment: Mapping[str, str] | None = None) -> TerraformInTests:
    """Terraform in a folder. If Terraform is missing: a failure in CI, a skip elsewhere."""
    try:
        return TerraformInTests(folder, CACHE, environment=environment or os.environ | KEYS)
    except TerraformError as error:
        unavailable(str(error))


def initialize(terraform: TerraformInTests, *, backend: bool = True) -> None:
    """Run `terraform init`. If the provider is not available: a failure in CI, a skip elsewhere."""
    try:
        terraform.init(backend=backend)
    except TerraformError as error:
        unavailable(str(error))


def planned_together(root: Path, stacks: Iterable[Path]) -> dict[str, Any]:
    """The plan of a configuration that has every stack as a module, named after its folder."""
    root.mkdir()
    for stack in stacks:
        copy_stack(stack, root / stack.name, NOWHERE)
    call_every_folder(root)
    terraform = terraform_in(root)
    initialize(terraform)
    assert terraform.plan(out="plan")
    return terraform.show_plan("plan")


def changes_of(plan: dict[str, Any], stack: str) -> list[dict[str, Any]]:
    """The changes that such a plan has for the resources of one stack."""
    address = f"module.{stack}"
    return [each for each in plan["resource_changes"] if (each["module_address"], each["mode"]) == (address, "managed")]

"""The examples, planned by real Terraform with the real provider. Each is a module of one plan: Terraform starts only once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from cdktf import App

from queuesmith.settings.loading import environment_names, load
from stacks.environment import EnvironmentStack
from tests.conftest import CACHE, ROOT
from tests.terraform.conftest import changes_of, planned_together
from tests.terraform_cli import TerraformInTests

CONFIG = ROOT / "examples" / "config"
NAMES = environment_names(CONFIG)


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The plan of a configuration that has every example as a module."""
    from examples.own_stack import Shop

    app = App(outdir=str(tmp_path_factory.mktemp("examples")))
    for name, environment in load(CONFIG).environments.items():
        EnvironmentStack(app, name, environment.settings)
    Shop(app, "shop")
    app.synth()
    return planned_together(tmp_path_factory.mktemp("planned") / "root", (Path(app.outdir) / "stacks").iterdir())


@pytest.mark.parametrize("name", [*NAMES, "shop"])
def test_an_example_is_planned(name: str, plan: dict[str, Any]) -> None:
    changes = changes_of(plan, name)
    assert {change["type"] for change in changes} >= {"aws_lambda_function", "aws_lambda_event_source_mapping"}
    assert {tuple(change["change"]["actions"]) for change in changes} == {("create",)}


def test_files_of_the_old_configuration_are_valid(tmp_path: Path) -> None:
    """docs/guide/hand-over-a-queue.md: the old configuration forgets the queues."""
    for path in (ROOT / "examples" / "guide").glob("forget*.tf"):
        shutil.copy(path, tmp_path)
    terraform = TerraformInTests(tmp_path, CACHE)
    terraform.init(backend=False)
    terraform.validate()
    terraform.check_format()

"""The environments that use every option: planned by the real provider and, as far as the emulator supports them, applied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from queuesmith.checks.worker_check import check_worker
from queuesmith.local.emulator import Emulator
from queuesmith.local.stack_copy import resource_count
from queuesmith.local.user_settings import terraform_environment
from queuesmith.readers.settings.pipeline import WorkerContext
from tests.checking import TODAY, check_document
from tests.conftest import CACHE
from tests.e2e.deployed import deployable
from tests.environments import PLANNED, environment, synthesized
from tests.terraform_cli import TerraformInTests, call_every_folder


@pytest.fixture(scope="module")
def root(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a configuration that has each environment as a module. Creates the secret that one of them looks up."""
    project = tmp_path_factory.mktemp("options")
    secrets = emulator.endpoint.client("secretsmanager", "eu-west-1")
    secrets.create_secret(Name="shop/mail", SecretString="not read by anybody here")
    root = project / "root"
    root.mkdir()
    for name in PLANNED:
        stack = project / "synthesized" / name
        stack.mkdir(parents=True)
        (stack / "cdk.tf.json").write_text(json.dumps(_without_role(synthesized(name, project))))
        deployable(stack, root / name, emulator)
    call_every_folder(root)
    return root


@pytest.fixture(scope="module")
def plan(root: Path, emulator: Emulator) -> dict[str, Any]:
    terraform = TerraformInTests(root, CACHE, environment=terraform_environment(emulator.endpoint))
    terraform.init()
    assert terraform.plan("first.plan")
    return terraform.show_plan("first.plan")


def _without_role(stack: dict[str, Any]) -> dict[str, Any]:
    """Remove the role that Terraform would assume: its account does not exist in the emulator."""
    stack["provider"]["aws"][0].pop("assume_role", None)
    return stack


@pytest.mark.parametrize("name", PLANNED)
def test_provider_accepts_every_option_in_a_plan(name: str, root: Path, plan: dict[str, Any]) -> None:
    changes = [change for change in plan["resource_changes"] if change["module_address"] == f"module.{name}"]
    made = [change for change in changes if change["mode"] == "managed"]
    assert [change["change"]["actions"] for change in made] == [["create"]] * resource_count(root / name)


@pytest.mark.parametrize("name", PLANNED)
def test_plan_with_options_has_the_findings_of_its_settings(name: str, root: Path, plan: dict[str, Any]) -> None:
    """A check is skipped if the first plan does not have its values. All other findings are the same."""
    (file,) = check_document(plan, folder=root / name).files
    pipelines = [pipeline for pipeline in file.pipelines if pipeline.name.startswith(f"module.{name}.")]
    settings = environment(name)
    around = WorkerContext(environment=name, tags=settings.tags, alarms_are_sent=True)
    expected = {
        finding.rule
        for key, worker in settings.workers.items()
        for finding in check_worker(key, worker.model_copy(update={"suppress": {}}), TODAY, around)
    }
    skipped = {rule for pipeline in pipelines for rule, _ in pipeline.skipped}
    found = {finding.rule for pipeline in pipelines for finding in pipeline.findings}
    assert len(pipelines) == len(settings.workers)
    assert found <= expected
    assert expected <= found | skipped | {"QL113", "QL211"}  # rules about numbers that only settings contain

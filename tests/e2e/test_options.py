"""The environments that use every option, planned by the real provider; and what the emulator can take of them, applied."""

from __future__ import annotations

import json
from typing import Any

import pytest

from queuesmith.local.emulator import Emulator
from queuesmith.local.stack_copy import resource_count
from stacks.judgement import judge_worker
from stacks.model import Surroundings
from tests.e2e.deployed import deployable
from tests.environments import NAMES, environment, synthesized
from tests.judging import TODAY, judged
from tests.terraform_cli import TerraformInTests


@pytest.fixture(scope="module")
def deployments(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, TerraformInTests]:
    """Each environment's folder, initialized; a secret that one of them names is there."""
    project = tmp_path_factory.mktemp("options")
    secrets = emulator.endpoint.client("secretsmanager", "eu-west-1")
    secrets.create_secret(Name="shop/mail", SecretString="not read by anybody here")
    made = {}
    for name in NAMES:
        stack = project / "synthesized" / name
        stack.mkdir(parents=True)
        (stack / "cdk.tf.json").write_text(json.dumps(_without_role(synthesized(name, project))))
        made[name] = deployable(stack, project / "applied" / name, emulator)
        made[name].init()
    return made


def _without_role(stack: dict[str, Any]) -> dict[str, Any]:
    """The role that Terraform is to take on is in an account that the emulator does not have."""
    stack["provider"]["aws"][0].pop("assume_role", None)
    return stack


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_planned_by_the_real_provider(name: str, deployments: dict[str, TerraformInTests]) -> None:
    terraform = deployments[name]
    assert terraform.plan("first.plan")
    changes = terraform.show_plan("first.plan")["resource_changes"]
    made = [change for change in changes if change["mode"] == "managed"]
    assert [change["change"]["actions"] for change in made] == [["create"]] * resource_count(terraform.folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_with_options_has_the_findings_of_its_settings(name: str, deployments: dict[str, TerraformInTests]) -> None:
    """What a first plan does not know it does not judge; the rest is the same."""
    plan = deployments[name].show_plan("first.plan")
    report = judged(plan, folder=deployments[name].folder)
    settings = environment(name)
    around = Surroundings(environment=name, tags=settings.tags, alarms_are_sent=True)
    expected = {
        finding.rule
        for key, worker in settings.workers.items()
        for finding in judge_worker(key, worker.model_copy(update={"accept": {}}), TODAY, around)
    }
    not_judged = {rule for file in report.files for pipeline in file.pipelines for rule, _ in pipeline.not_judged}
    found = {finding.rule for _, finding in report.findings}
    assert len(report.files[0].pipelines) == len(settings.workers)
    assert found <= expected
    assert expected <= found | not_judged | {"QL113", "QL211"}  # of a number that only settings have

"""Ejected stacks in real Terraform with the real provider: formatted, valid, and with the same plan as the JSON.

tests/e2e/test_options_applied.py compares one with a state that the JSON has applied.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from queuesmith.checks.terraform_check import TerraformFile, TerraformFolder, check_terraform
from queuesmith.hcl import eject_stack
from queuesmith.local.stack_copy import override
from tests.checking import TODAY
from tests.terraform.conftest import NOWHERE, STACKS, initialize, terraform_in
from tests.terraform_cli import TerraformInTests


@pytest.mark.parametrize("name", STACKS)
def test_ejected_stack_has_the_findings_of_its_json(name: str, stacks: dict[str, Path], tmp_path: Path) -> None:
    stack = stacks[name]
    eject_stack(stack / "cdk.tf.json", tmp_path / "ejected")
    as_json = check_terraform([TerraformFile("stack", (stack / "cdk.tf.json").read_bytes(), stack)], today=TODAY)
    as_hcl = check_terraform([TerraformFolder("stack", tmp_path / "ejected")], today=TODAY)
    (json_file,), (hcl_file,) = as_json.files, as_hcl.files
    assert hcl_file.unread_files == ()
    assert {each.name for each in hcl_file.pipelines} == {each.name for each in json_file.pipelines}
    skipped = {rule for file in (json_file, hcl_file) for each in file.pipelines for rule, _ in each.skipped}
    different = {finding for _, finding in as_json.findings} ^ {finding for _, finding in as_hcl.findings}
    assert {finding.rule for finding in different} <= skipped


@pytest.fixture(scope="module")
def root(stacks: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> TerraformInTests:
    """An initialized configuration that has each stack as two modules: as JSON, and ejected.

    The resources of all modules use one provider, because each other one would be another process. The modules' own provider
    blocks get an alias: Terraform reads them and does not start them.
    """
    folder = tmp_path_factory.mktemp("ejected") / "root"
    endpoints = NOWHERE
    shared = {**override({}, endpoints)["provider"]["aws"][0], "region": "eu-central-1"}
    content: dict[str, Any] = {"module": {}, "output": {}, "provider": {"aws": shared}}
    for name, stack in stacks.items():
        json_folder, hcl_folder = folder / f"{name}-json", folder / f"{name}-hcl"
        shutil.copytree(stack, json_folder)
        _change_for_planning(json_folder / "cdk.tf.json")
        eject_stack(json_folder / "cdk.tf.json", hcl_folder)
        for module in (f"{name}-json", f"{name}-hcl"):
            content["module"][module] = {"source": f"./{module}"}
            content["output"][module] = {"value": f"${{module.{module}}}"}
    (folder / "main.tf.json").write_text(json.dumps(content))
    terraform = terraform_in(folder)
    initialize(terraform)
    return terraform


def _change_for_planning(file: Path) -> None:
    """Give the provider an alias. Terraform reads a secret by its name during the plan, unless the name is not known yet."""
    content = json.loads(file.read_text())
    for provider in content["provider"]["aws"]:
        provider["alias"] = "own"
    for secret in content.get("data", {}).get("aws_secretsmanager_secret", {}).values():
        secret["name"] = "${terraform_data.later.id}"
        content["resource"]["terraform_data"] = {"later": {}}
    file.write_text(json.dumps(content))


@pytest.fixture(scope="module")
def plan(root: TerraformInTests) -> dict[str, Any]:
    """The plan of all modules."""
    assert root.plan(out="plan")
    return root.show_plan("plan")


def parsed(value: Any) -> Any:
    """A value of a plan, in which JSON texts are parsed: the provider compares them by value."""
    if isinstance(value, dict):
        return {key: parsed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [parsed(item) for item in value]
    if isinstance(value, str) and value[:1] in ("{", "[") and not value.startswith("{ $."):  # a log filter's pattern
        return json.loads(value)
    return value


def changes(plan: dict[str, Any], module: str) -> dict[str, Any]:
    """What is planned for each resource of a module: the values, and which of them are not known."""
    prefix = f"module.{module}."
    found = {
        each["address"].removeprefix(prefix): each for each in plan["resource_changes"] if each["address"].startswith(prefix)
    }
    return {address: parsed(each["change"]) for address, each in found.items()}


def references(content: Any) -> set[str]:
    """All references in a part of a configuration. An ejected function also has the path of its zip."""
    if isinstance(content, list):
        return set().union(*map(references, content))
    if not isinstance(content, dict):
        return set()
    return (set(content.get("references", ())) - {"path.module"}).union(*map(references, content.values()))


def configuration(plan: dict[str, Any], module: str) -> dict[str, Any]:
    """The references and dependencies of each resource and output of a module, and its provider block."""
    content = plan["configuration"]["root_module"]["module_calls"][module]["module"]
    outputs = {f"output.{name}": references(output) for name, output in content["outputs"].items()}
    provider = {"provider": plan["configuration"]["provider_config"][f"module.{module}:aws.own"]["expressions"]}
    return (
        outputs
        | provider
        | {each["address"]: (references(each.get("expressions")), each.get("depends_on")) for each in content["resources"]}
    )


@pytest.mark.parametrize("name", STACKS)
def test_ejected_stack_has_the_same_plan(name: str, plan: dict[str, Any]) -> None:
    expected = changes(plan, f"{name}-json")
    assert len(expected) > 15
    assert changes(plan, f"{name}-hcl") == expected
    written = configuration(plan, f"{name}-json")
    assert "default_tags" in written["provider"]
    assert configuration(plan, f"{name}-hcl") == written
    outputs = plan["output_changes"]
    assert outputs[f"{name}-hcl"] == outputs[f"{name}-json"]


def test_ejected_stacks_are_formatted(root: TerraformInTests) -> None:
    root.check_format()


@pytest.mark.parametrize(("name", "has_local_state"), [("dev", True), ("prod", False)])
def test_ejected_stack_is_valid_by_itself(name: str, has_local_state: bool, stacks: dict[str, Path], tmp_path: Path) -> None:
    eject_stack(stacks[name] / "cdk.tf.json", tmp_path / "infra")
    terraform = terraform_in(tmp_path / "infra")
    initialize(terraform, backend=has_local_state)
    terraform.validate()

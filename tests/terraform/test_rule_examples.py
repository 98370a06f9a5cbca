"""The examples of the rules, planned by real Terraform and checked. Each is merged over one good pipeline, all in one plan."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from queuesmith.common.errors import TerraformError
from queuesmith.local.user_settings import without_user_settings
from queuesmith.readers.terraform.input import from_json
from queuesmith.readers.terraform.pipelines import pipelines_in
from queuesmith.rules import Finding, check_pipelines, rules
from queuesmith.rules.markdown import example
from tests.checking import TODAY
from tests.conftest import FAKE_PACKAGE
from tests.terraform.conftest import PROVIDER, initialize, terraform_in
from tests.terraform_cli import TerraformInTests

BASE = (Path(__file__).parent / "rule_examples" / "base.tf").read_text()
TERRAFORM = sorted({file.name[:5] for file in files("queuesmith.rules.catalog").iterdir() if file.name[-3:] == ".tf"})
"""The rules with Terraform examples. The others apply only to settings: tests/unit/test_docs.py checks those."""
REFUSED_BY_SCHEMA = {
    "QL003": "expected visibility_timeout_seconds to be in the range (0 - 43200), got 50000",
    "QL009": "expected message_retention_seconds to be in the range (60 - 1209600), got 30",
    "QL010": "expected delay_seconds to be in the range (0 - 900), got 1800",
    "QL015": "expected kms_data_key_reuse_period_seconds to be in the range (60 - 86400), got 30",
    "QL201": "expected timeout to be in the range (1 - 900), got 7200",
    "QL214": "Attribute layers supports 5 item maximum, but config has 6 declared",
}
REFUSED_IN_PLAN = {"QL011": "invalid queue name: orders"}
REFUSED_BY_PROVIDER = REFUSED_BY_SCHEMA | REFUSED_IN_PLAN
"""Bad examples that the provider refuses, with its error. Their values are checked in the plan of the good one."""
NEWER_PROVIDER = frozenset({"durable_config", "tenancy_config"})
"""Blocks that provider 5.100 does not know. They are removed before the plan, and added to its result."""
REPLACING = frozenset({"QL112"})
"""Examples about depends_on, which an override cannot change. Their blocks replace those of the base."""
_RENAMED = {"QL006", "QL017", "QL018", "QL207", "QL208", "QL302", "QL303"}
_SECOND_QUEUE = {"QL004", "QL018", "QL303"}
UNRELATED = {
    **dict.fromkeys(("QL006", "QL011", "QL012", "QL013"), _RENAMED),
    **dict.fromkeys(("QL109", "QL114"), _SECOND_QUEUE),
    "QL116": {"QL024"},
}
"""Unrelated findings of good examples, which are short: they rename queues to .fifo, add an incomplete queue, or omit a policy
for a topic."""
_BLOCK = re.compile(r'^resource "(?P<type>\w+)" "(?P<name>\w+)" \{\n.*?^\}\n', re.MULTILINE | re.DOTALL)
_LITERAL = re.compile(r'^  (?P<key>\w+) += (?P<value>\d+|true|"[^"$]*"|\[[^]$]*\])$', re.MULTILINE)
_NESTED = re.compile(r"^  (?P<name>\w+) \{\n(?P<body>.*?)^  \}\n", re.MULTILINE | re.DOTALL)
_NESTED_LITERAL = re.compile(r'^    (?P<key>\w+) += (?P<value>\d+|"[^"$]*")$', re.MULTILINE)


def blocks(text: str) -> dict[str, str]:
    """The resources in a file, by address. In formatted HCL, only their closing brace is at the beginning of a line."""
    return {f"{found['type']}.{found['name']}": found[0] for found in _BLOCK.finditer(text)}


def text_of(rule_id: str, kind: str) -> str:
    """The text of an example."""
    shown = next(example(rule, kind) for rule in rules() if rule.id == rule_id)
    assert shown is not None
    return shown[1]


def module_name(rule_id: str, kind: str) -> str:
    return f"{rule_id.lower()}_{kind}"


def write_module(folder: Path, text: str, *, replacing: bool, with_newer: bool = False) -> None:
    """Write a module: the base with an example merged over it. `with_newer`: with blocks that provider 5.100 does not know."""
    folder.mkdir()
    if not with_newer:
        text = _NESTED.sub(lambda found: "" if found["name"] in NEWER_PROVIDER else found[0], text)
    base, ours = BASE, blocks(text)
    merged = {address: block for address, block in ours.items() if address in blocks(BASE)}
    if replacing:
        for address in merged:
            base = base.replace(blocks(BASE)[address], "")
        merged = {}
    (folder / "base.tf").write_text(base)
    (folder / "example.tf").write_text("\n".join(block for address, block in ours.items() if address not in merged))
    (folder / "example_override.tf").write_text("\n".join(merged.values()))
    (folder / "orders.zip").write_bytes(FAKE_PACKAGE)


def terraform_of(folder: Path, modules: dict[str, tuple[str, str]]) -> TerraformInTests:
    """Terraform in a root module that calls the base, and one module for each example (rule and kind), by name."""
    folder.mkdir()
    write_module(folder / "base", "", replacing=False)
    for name, (rule_id, kind) in modules.items():
        write_module(folder / name, text_of(rule_id, kind), replacing=rule_id in REPLACING)
    calls = {name: {"source": f"./{name}"} for name in ("base", *modules)}
    (folder / "main.tf.json").write_text(json.dumps({"provider": {"aws": [PROVIDER]}, "module": calls}, indent=2))
    terraform = terraform_in(folder, without_user_settings(os.environ))
    initialize(terraform)
    return terraform


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the root module with all examples."""
    return tmp_path_factory.mktemp("examples") / "root"


@pytest.fixture(scope="module")
def plan(root: Path) -> dict[str, Any]:
    """The plan of all examples. If the provider refuses a bad example, the good one's plan with the bad one's values."""
    modules = {
        module_name(rule_id, kind): (rule_id, "good" if rule_id in REFUSED_BY_PROVIDER else kind)
        for rule_id in TERRAFORM
        for kind in ("bad", "good")
    }
    terraform = terraform_of(root, modules)
    assert terraform.plan(out="plan")
    document = terraform.show_plan("plan")
    for rule_id in REFUSED_BY_PROVIDER:
        with_values(document, f"module.{module_name(rule_id, 'bad')}", text_of(rule_id, "bad"))
    for module, (rule_id, kind) in modules.items():
        with_newer_blocks(document, f"module.{module}", text_of(rule_id, kind))
    return document


def with_newer_blocks(document: dict[str, Any], module: str, text: str) -> None:
    """Add the blocks of a newer provider in an example to a module's resources in a plan."""
    for address, block in blocks(text).items():
        for nested in _NESTED.finditer(block):
            if nested["name"] in NEWER_PROVIDER:
                values = {found["key"]: json.loads(found["value"]) for found in _NESTED_LITERAL.finditer(nested["body"])}
                assert values
                for resource in _resources(document):
                    if resource["address"] == f"{module}.{address}":
                        (resource["change"]["after"] if "change" in resource else resource["values"])[nested["name"]] = [values]


def with_values(document: dict[str, Any], module: str, text: str) -> None:
    """Replace values of a module's resources in a plan by the literal values of an example."""
    for address, block in blocks(text).items():
        values = {found["key"]: json.loads(found["value"]) for found in _LITERAL.finditer(block)}
        assert values
        for resource in _resources(document):
            if resource["address"] == f"{module}.{address}":
                (resource["change"]["after"] if "change" in resource else resource["values"]).update(values)
        call = document["configuration"]["root_module"]["module_calls"][module.removeprefix("module.")]["module"]
        (configured,) = (resource for resource in call["resources"] if resource["address"] == address)
        configured["expressions"].update({key: {"constant_value": value} for key, value in values.items()})


def _resources(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from document["resource_changes"]
    for child in document["planned_values"]["root_module"]["child_modules"]:
        yield from child["resources"]


@pytest.fixture(scope="module")
def broken_rules(plan: dict[str, Any], root: Path) -> dict[str, set[str]]:
    """The rules with findings, by module. Findings about parts outside the plan are omitted."""
    result: dict[str, set[str]] = {}
    for finding in findings(plan, root):
        if module := re.match(r"module\.(\w+)\.", finding.address):
            result.setdefault(module[1], set()).add(finding.rule)
    return result


def findings(plan: dict[str, Any], folder: Path) -> tuple[Finding, ...]:
    """The rule book's findings in a plan. `folder` contains the zips that the plan names."""
    reading = pipelines_in(from_json(plan, "plan.json"), TODAY, folder)
    assert reading.unresolved == []
    return check_pipelines(reading.pipelines).findings


def test_examples_have_resources_only() -> None:
    for rule_id in TERRAFORM:
        for kind in ("bad", "good"):
            assert "\n".join(blocks(text_of(rule_id, kind)).values()) == text_of(rule_id, kind)


@pytest.mark.parametrize("refused", [REFUSED_BY_SCHEMA, REFUSED_IN_PLAN], ids=["by schema", "in plan"])
def test_provider_refuses_the_examples_that_are_not_planned(refused: dict[str, str], tmp_path: Path) -> None:
    terraform = terraform_of(tmp_path / "root", {module_name(rule_id, "bad"): (rule_id, "bad") for rule_id in refused})
    with pytest.raises(TerraformError) as error:
        terraform.plan()
    assert str(error.value).count("Error: ") == len(refused)
    for message in refused.values():
        assert message in str(error.value)


def test_all_other_examples_can_be_planned(plan: dict[str, Any]) -> None:
    modules = {change["module_address"] for change in plan["resource_changes"]}
    examples = {f"module.{module_name(rule_id, kind)}" for rule_id in TERRAFORM for kind in ("bad", "good")}
    assert modules == {"module.base", *examples}


def test_base_pipeline_of_the_examples_breaks_no_rule(broken_rules: dict[str, set[str]]) -> None:
    assert broken_rules.get("base", set()) == set()


@pytest.mark.parametrize("rule_id", TERRAFORM)
def test_a_bad_example_breaks_its_rule(rule_id: str, broken_rules: dict[str, set[str]]) -> None:
    assert rule_id in broken_rules.get(module_name(rule_id, "bad"), set())


@pytest.mark.parametrize("rule_id", TERRAFORM)
def test_a_good_example_breaks_no_rule(rule_id: str, broken_rules: dict[str, set[str]]) -> None:
    left = broken_rules.get(module_name(rule_id, "good"), set())
    assert left - UNRELATED.get(rule_id, set()) == set()
    assert rule_id not in left

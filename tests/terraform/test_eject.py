"""Ejected stacks in real Terraform with the real provider: formatted, valid, and with the same plan as the JSON.

tests/e2e/test_options_applied.py compares one with a state that the JSON has applied.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cdktf import App
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from queuesmith.hcl import eject_stack
from queuesmith.hcl.shapes import BUILT_IN, Shape, Shapes
from queuesmith.local.stack_copy import OVERRIDE, SERVICES, copy_stack, override
from tests.conftest import ROOT, Project
from tests.terraform.conftest import NOWHERE, initialize, terraform_in
from tests.terraform_cli import TerraformInTests

SAMPLE = ("dev", "staging", "prod")
ENVIRONMENTS = ("existing", "fifo", "images", "standard")
EXAMPLES = ("existing-queue", "fan-out", "fifo", "image", "vpc")
NAMES = [
    *SAMPLE,
    *(f"environments-{name}" for name in ENVIRONMENTS),
    *(f"examples-{name}" for name in EXAMPLES),
    "shop",
]
"""Every stack of the sample, of the tests and of the examples."""
OWN_PROVIDERS = ("dev", "environments-standard")
"""The stacks that are planned with their own provider block. Each one is another process, so the others share a provider."""
STRINGS = 300


@pytest.fixture(scope="module")
def stacks(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of each synthesized stack."""
    from examples.own_stack import Shop

    root = tmp_path_factory.mktemp("stacks")
    folders = {name: synthesized / name for name in SAMPLE}
    for group, config in (("environments", ROOT / "tests" / "environments"), ("examples", ROOT / "examples" / "config")):
        project = Project(root / group, config)
        result = project.run()
        assert result.returncode == 0, result.stderr
        folders |= {f"{group}-{folder.name}": folder for folder in (project.output / "stacks").iterdir()}
    app = App(outdir=str(root / "own"))
    Shop(app, "shop")
    app.synth()
    assert {*folders, "shop"} == set(NAMES)
    return {**folders, "shop": root / "own" / "stacks" / "shop"}


@pytest.fixture(scope="module")
def root(stacks: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> TerraformInTests:
    """An initialized configuration that has each stack as two modules: as JSON, and ejected."""
    folder = tmp_path_factory.mktemp("ejected") / "root"
    endpoints = dict.fromkeys(SERVICES, NOWHERE)
    shared = {**override({}, endpoints)["provider"]["aws"][0], "region": "eu-central-1"}
    content: dict[str, Any] = {"module": {}, "output": {}, "provider": {"aws": shared}}
    for name, stack in stacks.items():
        json_folder, hcl_folder = folder / f"{name}-json", folder / f"{name}-hcl"
        copy_stack(stack, json_folder, endpoints)
        _read_secrets_later(json_folder)
        if name not in OWN_PROVIDERS:
            _remove_provider(json_folder)
        eject_stack(json_folder / "cdk.tf.json", hcl_folder)
        (hcl_folder / OVERRIDE).write_text((json_folder / OVERRIDE).read_text())
        for module in (f"{name}-json", f"{name}-hcl"):
            content["module"][module] = {"source": f"./{module}"}
            content["output"][module] = {"value": f"${{module.{module}}}"}
    (folder / "main.tf.json").write_text(json.dumps(content))
    terraform = terraform_in(folder)
    initialize(terraform)
    return terraform


def _remove_provider(folder: Path) -> None:
    for name in ("cdk.tf.json", OVERRIDE):
        content = json.loads((folder / name).read_text())
        del content["provider"]
        (folder / name).write_text(json.dumps(content))


def _read_secrets_later(folder: Path) -> None:
    """Terraform reads a secret by its name during the plan, unless the name is not known yet."""
    content = json.loads((folder / "cdk.tf.json").read_text())
    for secret in content.get("data", {}).get("aws_secretsmanager_secret", {}).values():
        secret["name"] = "${terraform_data.later.id}"
        content["resource"]["terraform_data"] = {"later": {}}
    (folder / "cdk.tf.json").write_text(json.dumps(content))


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
    if isinstance(value, str) and value[:1] in ("{", "["):
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
    """The references and dependencies of each resource and output of a module."""
    content = plan["configuration"]["root_module"]["module_calls"][module]["module"]
    outputs = {f"output.{name}": references(output) for name, output in content["outputs"].items()}
    return outputs | {
        each["address"]: (references(each.get("expressions")), each.get("depends_on")) for each in content["resources"]
    }


@pytest.mark.parametrize("name", NAMES)
def test_ejected_stack_has_the_same_plan(name: str, plan: dict[str, Any]) -> None:
    expected = changes(plan, f"{name}-json")
    assert len(expected) > 15
    assert changes(plan, f"{name}-hcl") == expected
    assert configuration(plan, f"{name}-hcl") == configuration(plan, f"{name}-json")
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


@pytest.fixture(scope="module")
def schema(root: TerraformInTests, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of `terraform providers schema -json`."""
    path = tmp_path_factory.mktemp("schema") / "schema.json"
    path.write_text(root.provider_schema())
    return path


def test_built_in_shapes_agree_with_the_schema_of_the_provider(schema: Path) -> None:
    shapes = Shapes(schema)
    for key, shape in BUILT_IN.items():
        section, _, kind = key.partition(".")
        assert list(differences(shape, shapes.of(section, kind), key)) == []


def differences(shape: Shape, actual: Shape | None, path: str) -> Iterator[str]:
    """The keys of a shape that are something else in the schema."""
    for key, nested in shape.items():
        if actual is None or key not in actual or (nested is None) != (actual[key] is None):
            yield f"{path}.{key}"
        elif nested is not None:
            yield from differences(nested, actual[key], f"{path}.{key}")


@pytest.mark.parametrize("name", ["environments-standard", "examples-vpc"])
def test_schema_of_the_provider_gives_the_same_files(name: str, stacks: dict[str, Path], schema: Path, tmp_path: Path) -> None:
    texts = []
    for folder, file in ((tmp_path / "a", None), (tmp_path / "b", schema)):
        eject_stack(stacks[name] / "cdk.tf.json", folder, file)
        texts.append({path.name: path.read_text() for path in folder.glob("*.tf")})
    assert texts[0] == texts[1]


def _escaped(text: str) -> str:
    return text.replace("${", "$${").replace("%{", "%%{")


KEYS = ["a", "b", "aws:x", "for", "é"]
TEXTS = st.text('${}%"\\~ \n[a<é\u2028', max_size=6).map(_escaped)
NUMBER = "${[for x in [1, 2] : x][0]}"
JSON_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 10**20),
        st.sampled_from([0.5, 1.0, 1e30]),
        TEXTS,
        st.sampled_from(["${local.x}", "a${local.x}", NUMBER]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
TEMPLATES = st.one_of(
    st.lists(TEXTS | st.sampled_from(["${local.x}", '${upper("a}\\"$${b${local.x}")}', NUMBER]), max_size=5).map("".join),
    JSON_VALUES.map(lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)),
    JSON_VALUES.map(json.dumps),
)


@settings(max_examples=STRINGS, derandomize=True, deadline=None, phases=[Phase.generate])
@given(template=TEMPLATES)
def _collect(found: set[str], template: str) -> None:
    found.add(template)


def test_strings_have_the_same_value_as_in_the_json(tmp_path: Path) -> None:
    found: set[str] = set()
    _collect(found)
    assert len(found) > STRINGS / 2
    values = {f"o{number}": {"value": text} for number, text in enumerate(sorted(found))}
    content = {"terraform": {}, "locals": {"x": "é"}, "output": values}
    results = []
    for name in ("json", "hcl"):
        folder = tmp_path / name
        if name == "json":
            folder.mkdir()
            (folder / "cdk.tf.json").write_text(json.dumps(content))
        else:
            eject_stack(tmp_path / "json" / "cdk.tf.json", folder)
        terraform = terraform_in(folder)
        initialize(terraform)
        assert terraform.plan(out="plan")
        outputs = terraform.show_plan("plan")["planned_values"]["outputs"]
        results.append({key: output["value"] for key, output in outputs.items()})
    assert "jsonencode(" in (tmp_path / "hcl" / "outputs.tf").read_text()
    assert results[1] == results[0]

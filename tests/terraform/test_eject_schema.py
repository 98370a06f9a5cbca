"""The shapes of blocks that `eject` knows, and the schema of AWS provider 5.100.

tests/unit/eject/test_shapes.py compares them with the bindings of provider 6.25.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from queuesmith.hcl import eject_stack
from queuesmith.hcl.shapes import BUILT_IN, Shape, Shapes
from tests.terraform.conftest import initialize, terraform_in


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of `terraform providers schema -json`."""
    folder = tmp_path_factory.mktemp("schema")
    content = {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "data": {"terraform_remote_state": {"other": {"backend": "local"}}},
    }
    (folder / "main.tf.json").write_text(json.dumps(content))
    terraform = terraform_in(folder)
    initialize(terraform)
    (folder / "schema.json").write_text(terraform.provider_schema())
    return folder / "schema.json"


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

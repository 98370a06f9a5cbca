"""The built-in shapes agree with the bindings, which were generated from AWS provider 6.25.

tests/terraform/test_eject.py compares them with the schema of the provider that the tests run, 5.100.
"""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

import queuesmith.constructs  # noqa: F401  # makes the bindings load lazily
from queuesmith.hcl.shapes import BUILT_IN, Shape

RESOURCES = {key.removeprefix("resource.aws_"): shape for key, shape in BUILT_IN.items() if key.startswith("resource.aws_")}


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def compare(bindings: ModuleType, owner: str, suffix: str, shape: Shape) -> None:
    """A class of the bindings has a method `put_NAME` for each nested block, and only a property for an attribute."""
    for key, nested in shape.items():
        bound = getattr(bindings, owner + suffix)
        assert hasattr(bound, key), f"{owner} has no {key}"
        assert hasattr(bound, f"put_{key}") == (nested is not None), f"{owner}.{key}"
        if nested:
            compare(bindings, owner + camel(key), "OutputReference", nested)


@pytest.mark.parametrize("name", RESOURCES)
def test_shape_agrees_with_the_bindings(name: str) -> None:
    compare(importlib.import_module(f"cdktf_cdktf_provider_aws.{name}"), camel(name), "", RESOURCES[name])

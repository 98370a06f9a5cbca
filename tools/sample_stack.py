"""The sample's stack, as the pictures show it: the tests' copy of its settings, so that a user's own change no picture."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import queuesmith.constructs  # noqa: F401 - before cdktf: it makes the AWS bindings load fast
from queuesmith.settings import EnvironmentSettings
from queuesmith.settings.loading import load

CONFIG = Path(__file__).resolve().parent.parent / "tests" / "sample" / "config"
ENVIRONMENT = "dev"


@cache
def sample_stack() -> dict[str, Any]:
    """The Terraform JSON of its development environment, with a zip in S3: the local one does not have to be built."""
    from cdktf import Testing

    from stacks.environment import EnvironmentStack

    content = load(CONFIG, [ENVIRONMENT]).environments[ENVIRONMENT].settings.model_dump(exclude_unset=True)
    content["workers"]["orders"]["function"]["artifact"] = {"s3": {"bucket": "example-artifacts", "key": "orders.zip"}}
    settings = EnvironmentSettings.model_validate(content)
    stack: dict[str, Any] = json.loads(Testing.synth(EnvironmentStack(Testing.app(), ENVIRONMENT, settings)))
    return stack


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of a kind, by id."""
    found: dict[str, dict[str, Any]] = sample_stack()["resource"].get(kind, {})
    return found


def one(kind: str) -> dict[str, Any]:
    """The only resource of a kind."""
    (resource,) = resources(kind).values()
    return resource


def named(expression: str) -> tuple[str, dict[str, Any]]:
    """The kind of the resource that a reference is to, and the resource."""
    reference = re.search(r"\$\{(\w+)\.([\w-]+)\.", expression)
    if reference is None:
        raise ValueError(f"{expression} is not a reference to a resource")
    return reference[1], resources(reference[1])[reference[2]]

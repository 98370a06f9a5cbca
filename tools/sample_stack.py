"""The sample's stack for the pictures.

It uses the tests' copy of the settings, so that a user's changes do not affect the pictures.
"""

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
    """The Terraform JSON of the development environment. The function's zip is in S3, so that no local zip has to be built."""
    from cdktf import Testing

    from stacks.environment import EnvironmentStack

    content = load(CONFIG, [ENVIRONMENT]).environments[ENVIRONMENT].settings.model_dump(exclude_unset=True)
    content["workers"]["orders"]["function"]["artifact"] = {"s3": {"bucket": "example-artifacts", "key": "orders.zip"}}
    settings = EnvironmentSettings.model_validate(content)
    stack: dict[str, Any] = json.loads(Testing.synth(EnvironmentStack(Testing.app(), ENVIRONMENT, settings)))
    return stack


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of a type, by id."""
    found: dict[str, dict[str, Any]] = sample_stack()["resource"].get(kind, {})
    return found


def one(kind: str) -> dict[str, Any]:
    """The only resource of a type."""
    (resource,) = resources(kind).values()
    return resource


def named(expression: str) -> tuple[str, dict[str, Any]]:
    """The type of the resource in a reference, and the resource. Raises ValueError if the text is not a reference."""
    reference = re.search(r"\$\{(\w+)\.([\w-]+)\.", expression)
    if reference is None:
        raise ValueError(f"{expression} is not a reference to a resource")
    return reference[1], resources(reference[1])[reference[2]]

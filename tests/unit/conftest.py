"""Small factories: a worker's settings, and its stack as Terraform JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from queuesmith.settings import WorkerSettings
from queuesmith.settings.environment import EnvironmentSettings
from tests.conftest import FAKE_PACKAGE

Worker: TypeAlias = Callable[..., WorkerSettings]
"""The fixture `worker`."""
Synthesized: TypeAlias = Callable[..., dict[str, Any]]
"""The fixture `synthesized`."""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An existing zip."""
    path = tmp_path / "orders.zip"
    path.write_bytes(FAKE_PACKAGE)
    return path


@pytest.fixture
def worker(package: Path) -> Worker:
    """Settings of a worker: `worker(queue={"visibility_timeout": 60})`."""

    def make(**changes: Any) -> WorkerSettings:
        function = {"artifact": {"zip": str(package)}, **changes.pop("function", {})}
        return WorkerSettings.model_validate({"name": "test-orders", "function": function, **changes})

    return make


@pytest.fixture
def synthesized(worker: Worker) -> Synthesized:
    """The Terraform JSON of a stack with one worker. `environment` changes the environment's own settings."""

    def make(environment: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        from cdktf import Testing as Synthesis

        from stacks.environment import EnvironmentStack

        settings = EnvironmentSettings.model_validate(
            {
                "environment": "test",
                "region": "eu-west-1",
                "backend": {"type": "local"},
                "tables": {"orders": {"partition_key": "order_id"}},
                **(environment or {}),
                "workers": {"orders": worker(**changes).model_dump()},
            }
        )
        stack = EnvironmentStack(Synthesis.app(), "test", settings)
        result: dict[str, Any] = json.loads(Synthesis.synth(stack))
        return result

    return make


def only(stack: dict[str, Any], kind: str) -> dict[str, Any]:
    """The only resource of a type."""
    resources = list(stack["resource"][kind].values())
    assert len(resources) == 1, f"{len(resources)} of {kind}"
    resource: dict[str, Any] = resources[0]
    return resource


def named(stack: dict[str, Any], kind: str, part: str) -> dict[str, Any]:
    """The only resource of a type whose id contains `part`."""
    found = [value for key, value in stack["resource"][kind].items() if part in key]
    assert len(found) == 1, f"{len(found)} of {kind} with {part}"
    resource: dict[str, Any] = found[0]
    return resource

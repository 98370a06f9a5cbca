"""The scanners' own Python, and the stacks that they look at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Project, python_of
from tests.environments import NAMES, synthesized

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.fixture(scope="session")
def scanners() -> Path:
    """The folder of the scanners' programs."""
    return python_of("scanners").parent


@pytest.fixture(scope="session")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The three environments of config/, and those that use every option."""
    project = Project(tmp_path_factory.mktemp("scanned") / "project")
    result = project.run()
    assert result.returncode == 0, result.stderr
    found = {name: json.loads((project.output / "stacks" / name / "cdk.tf.json").read_text()) for name in ENVIRONMENTS}
    return found | {name: synthesized(name, project.folder) for name in NAMES}

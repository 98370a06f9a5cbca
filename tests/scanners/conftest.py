"""The stacks for the scanners."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Project
from tests.environments import NAMES, synthesized

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose environments have been synthesized."""
    project = Project(tmp_path_factory.mktemp("scanned") / "project")
    result = project.run()
    assert result.returncode == 0, result.stderr
    return project


@pytest.fixture(scope="session")
def stacks(project: Project) -> dict[str, dict[str, Any]]:
    """The three environments of config/, and those that together use every option."""
    found = {name: json.loads((project.output / "stacks" / name / "cdk.tf.json").read_text()) for name in ENVIRONMENTS}
    return found | {name: synthesized(name, project.folder) for name in NAMES}

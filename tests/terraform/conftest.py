"""Real Terraform and the real AWS provider, over the synthesized environments."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from queuesmith.errors import TerraformError
from queuesmith.local.stack_copy import SERVICES, prepare
from queuesmith.local.terraform_cli.program import Program
from tests.conftest import CACHE, Project, unavailable
from tests.terraform_cli import TerraformInTests

NOWHERE = "http://127.0.0.1:9"
"""An endpoint that nothing answers at: a first plan of these stacks asks AWS nothing."""


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`stacks/` of the build output, with every environment."""
    project = Project(tmp_path_factory.mktemp("synthesized") / "project")
    result = project.run()
    assert result.returncode == 0, result.stderr
    return project.output / "stacks"


@pytest.fixture
def terraform(synthesized: Path, tmp_path: Path) -> Callable[..., TerraformInTests]:
    """Terraform in a copy of an environment's folder: as it is, or with what makes it plan without AWS."""

    def make(environment: str, *, offline: bool = False, program: Program | None = None) -> TerraformInTests:
        folder = tmp_path / "copied" / environment
        if offline:
            prepare(synthesized / environment, folder, dict.fromkeys(SERVICES, NOWHERE))
        else:
            shutil.copytree(synthesized / environment, folder)
        try:
            return TerraformInTests(folder, CACHE, program)
        except TerraformError as error:
            unavailable(str(error))

    return make


def initialize(terraform: TerraformInTests, *, backend: bool = True) -> None:
    """`terraform init`; where the provider cannot be had, a failure in CI and a skip elsewhere."""
    try:
        terraform.init(backend=backend)
    except TerraformError as error:
        unavailable(str(error))

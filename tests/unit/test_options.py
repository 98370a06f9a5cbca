"""The environments that use every option: their findings, and their JSON, which was reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from queuesmith.checks.settings_check import check_configuration
from tests.checking import TODAY
from tests.conftest import Project
from tests.environments import FOLDER, NAMES, environment, synthesized
from tools.settings_schema import tables

NO_OPTIONS = {"LocalBackend.type", "S3Backend.type"}


def used_fields(value: Any) -> Iterator[str]:
    """The fields that differ from their defaults, as MODEL.field."""
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            inner = getattr(value, name)
            if field.is_required() or inner != field.get_default(call_default_factory=True):
                yield f"{type(value).__name__}.{name}"
                yield from used_fields(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from used_fields(inner)


def test_environments_together_use_every_option() -> None:
    options = {f"{model}.{name}" for model, table in tables().items() for name in table["properties"]}
    covered = {option for name in NAMES for option in used_fields(environment(name))}
    assert options - covered == set()
    assert len(options - NO_OPTIONS) >= 120


@pytest.mark.parametrize("name", NAMES)
def test_environment_with_options_has_no_errors(
    name: str, project: Project, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.chdir(project.folder)
    from queuesmith.settings.loading import load

    report = check_configuration(load(FOLDER, [name]), TODAY)
    assert report.errors == []
    assert report.warnings == snapshot


@pytest.mark.parametrize("name", NAMES)
def test_json_of_environment_with_options(name: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert synthesized(name, tmp_path) == snapshot(extension_class=JSONSnapshotExtension, name=name)


@pytest.mark.parametrize("name", NAMES)
def test_no_data_source_that_reads_a_secret_is_synthesized(name: str, tmp_path: Path) -> None:
    """The secret's value would be in the state."""
    stack = synthesized(name, tmp_path)
    reads = {"aws_ssm_parameter", "aws_ssm_parameters_by_path", "aws_secretsmanager_secret_version", "aws_kms_secrets"}
    assert reads.isdisjoint({*stack.get("data", {}), *stack["resource"]})

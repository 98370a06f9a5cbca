"""Snapshots of the three environments. Update after an intended change: make snapshots."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cdktf import Testing as Synthesis
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from queuesmith.settings.loading import load
from stacks.environment import EnvironmentStack
from tests.conftest import Project


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_json_of_environment(
    environment: str, project: Project, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    settings = load(Path("config")).environments[environment].settings
    stack = EnvironmentStack(Synthesis.app(), environment, settings)
    assert json.loads(Synthesis.synth(stack, True)) == snapshot(extension_class=JSONSnapshotExtension, name=environment)

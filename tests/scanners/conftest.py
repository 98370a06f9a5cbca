"""The scanners' own Python, and the stacks that they look at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import Testing as Synthesis

from queuesmith.errors import UsageError
from queuesmith.local.environments import environment_python
from stacks.queue_worker_stack import QueueWorkerStack
from tests.conftest import FAKE_PACKAGE, ROOT, Project, unavailable
from tests.environments import NAMES, environment

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.fixture(scope="session")
def scanners() -> Path:
    """The folder of the scanners' programs."""
    try:
        return environment_python(ROOT, "scanners").parent
    except UsageError as error:
        unavailable(str(error))


@pytest.fixture(scope="session")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The three environments of config/, and those that use every option."""
    project = Project(tmp_path_factory.mktemp("scanned") / "project")
    result = project.run()
    assert result.returncode == 0, result.stderr
    found = {name: json.loads((project.output / "stacks" / name / "cdk.tf.json").read_text()) for name in ENVIRONMENTS}
    (project.folder / "build" / "orders.zip").write_bytes(FAKE_PACKAGE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.folder)
        for name in NAMES:
            found[name] = json.loads(Synthesis.synth(QueueWorkerStack(Synthesis.app(), name, environment(name))))
    return found

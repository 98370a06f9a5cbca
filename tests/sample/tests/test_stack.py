"""The stack of each environment. After an intended change: `make snapshots`, and review the diff of the snapshot."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

import main  # before cdktf: it makes the AWS bindings load fast
from cdktf import Testing as Synthesis  # pytest would collect a class with the name Testing
from cdktf_cdktf_provider_aws.lambda_event_source_mapping import LambdaEventSourceMapping
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from queuesmith.settings import environment_names, settings_of
from syrupy.assertion import SnapshotAssertion

from stacks.environment import EnvironmentStack

ROOT = Path(__file__).resolve().parent.parent
BROKEN = """
[workers.orders.function]
timeout = 60

[workers.orders.queue]
visibility_timeout = 30
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a copy of the settings, without built zips."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copy(ROOT / "cdktf.json", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def synthesized(environment: str) -> str:
    """The Terraform JSON of an environment. Each zip is replaced, so that the JSON does not depend on the handlers' code."""
    settings = settings_of(environment)
    for worker in settings.workers.values():
        if (path := worker.function.artifact.zip) is not None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(zipfile.ZipInfo("main.py"), "def lambda_handler(event, context): ...")
    return str(Synthesis.synth(EnvironmentStack(Synthesis.app(), environment, settings), True))


@pytest.mark.parametrize("environment", environment_names(ROOT / "config"))
def test_json_is_unchanged(environment: str, snapshot: SnapshotAssertion) -> None:
    assert json.loads(synthesized(environment)) == snapshot


def test_queue_and_event_source_mapping_of_orders() -> None:
    stack = synthesized("dev")
    worker = settings_of("dev").workers["orders"]
    timeout = 6 * worker.function.timeout + worker.source.batching_window  # as AWS recommends
    queue = {"name": "dev-orders", "visibility_timeout_seconds": timeout}
    assert Synthesis.to_have_resource_with_properties(stack, SqsQueue.TF_RESOURCE_TYPE, queue)
    mapping = {"function_response_types": ["ReportBatchItemFailures"], "batch_size": 10}
    assert Synthesis.to_have_resource_with_properties(stack, LambdaEventSourceMapping.TF_RESOURCE_TYPE, mapping)


def test_visibility_timeout_below_the_function_timeout_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "config" / "broken.toml").write_text(BROKEN)
    assert main.main(["--check", str(project)]) == 2
    expected = "error: broken: orders: queue.visibility_timeout is 30 s, but function.timeout is 60 s"
    assert expected in capsys.readouterr().err

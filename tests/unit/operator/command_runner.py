"""Runs a command on a worker whose SQS is a test double."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from queuesmith.aws.queues import DeployedQueue
from queuesmith.cli.target import Target
from tests import in_process
from tests.unit.operator.conftest import DESTINATION, SOURCE


class CommandRunner:
    """Runs commands in a folder, all about one worker."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, sqs: Any, queue: DeployedQueue = DESTINATION) -> None:
        names = SimpleNamespace(environment=None, queue=queue.name, configuration=None)
        worker = SimpleNamespace(sqs=sqs, queue=queue, dead_letter_queue=SOURCE, names=names, name="orders")
        monkeypatch.setattr(Target, "worker", lambda _: worker)
        self.folder = folder

    def run(self, *arguments: str, stdin: bytes = b"") -> in_process.Result:
        return in_process.queuesmith(*arguments, "--queue", "orders", folder=self.folder, stdin=stdin)

    def json(self, *arguments: str, stdin: bytes = b"") -> tuple[int, dict[str, Any]]:
        """The exit status and the JSON document."""
        result = self.run(*arguments, "--json", stdin=stdin)
        return result.returncode, json.loads(result.stdout)

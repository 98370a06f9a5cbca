"""`make demo` as a user runs it: to its end, left running and then stopped, and interrupted."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from queuesmith.local.emulator import Endpoint
from tests.conftest import Project
from tests.e2e.development import with_handlers
from tests.e2e.processes import processes_under
from tests.waiting import TIMEOUT, wait_for

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@dataclass(frozen=True)
class Demonstration:
    """The demonstration in a project of the sample. Everything that it writes is under a temporary folder."""

    home: Path
    folder: Path

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "queuesmith.local.demo", "--folder", str(self.folder / "kept"), *arguments],
            cwd=self.home,
            env={**os.environ, "TMPDIR": str(self.folder), "COLUMNS": "100", "AWS_PROFILE": "none-of-yours", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def local(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `queuesmith local` against the session that the demonstration has left running."""
        command = [sys.executable, "-m", "queuesmith", "local", *arguments, "--folder", str(self.folder / "kept")]
        return subprocess.run(command, cwd=self.home, capture_output=True, text=True, check=True)

    def dead_letters(self) -> dict[str, Any]:
        """The DLQs that `queuesmith local status` reports, by worker."""
        shown = json.loads(self.local("status", "--json").stdout)
        assert (shown["running"], shown["environment"]) == (True, "dev")
        return {worker["worker"]: worker["dead_letter_queue"] for worker in shown["workers"]}


@pytest.fixture
def demonstration(tmp_path: Path, short_folder: Path) -> Demonstration:
    return Demonstration(with_handlers(Project(tmp_path / "project")).folder, short_folder)


def test_demo_accounts_for_every_message_and_can_keep_running(demonstration: Demonstration) -> None:
    process = demonstration.start("--keep")
    try:
        output, errors = process.communicate()
        assert (process.returncode, errors) == (0, "")
        table = dict(re.findall(r"│ (.+?)\s+│\s+(\d+) │", output))
        assert table == {
            "written to DynamoDB exactly once": "195",
            "written more than once": "0",
            "in the dead-letter queue": "5",
            "still in the queue": "0",
            "lost": "0",
        }
        assert "Sent: 200/200" in output
        exports = dict(line.split("=") for line in re.findall(r"export (.*)", output))
        endpoint = Endpoint(exports["AWS_ENDPOINT_URL"], Path(exports["AWS_CA_BUNDLE"]), *(exports[name] for name in KEYS))
        sqs = endpoint.client("sqs", exports["AWS_DEFAULT_REGION"])
        assert "Inspect it: queuesmith status dev, or: queuesmith dlq peek dev" in output
        dlq = sqs.get_queue_url(QueueName="dev-orders-dlq")["QueueUrl"]
        received = sqs.receive_message(QueueUrl=dlq, MaxNumberOfMessages=10, VisibilityTimeout=600)
        assert len(received["Messages"]) == 5
        assert demonstration.dead_letters() == {"orders": {"visible": 0, "in_flight": 5, "delayed": 0}}
        _, errors = demonstration.start("--keep").communicate()
        assert errors == f"error: dev is already running at {endpoint.url}. Stop it: make down\n"
    finally:
        stopped = demonstration.local("down").stderr
    assert stopped == f"Stopped {endpoint.url}.\n"
    assert processes_under(demonstration.folder) == []
    assert list(demonstration.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "moment", "path"),
    [
        pytest.param(signal.SIGHUP, "Setup: 4/4", os.environ["PATH"], id="terminal closed before the apply"),
        pytest.param(signal.SIGINT, "Applied: [1-9]", os.environ["PATH"], id="ctrl-c in the apply"),
        pytest.param(signal.SIGTERM, "Applied: [1-9]", "/nowhere", id="terminated in an apply by the embedded terraform"),
    ],
)
def test_interrupted_demo_stops_everything_it_started(
    number: signal.Signals, moment: str, path: str, demonstration: Demonstration
) -> None:
    process = demonstration.start(PATH=path)
    assert process.stdout is not None
    assert any(re.match(moment, line) for line in process.stdout), process.communicate()[1]
    wait_for(lambda: processes_under(demonstration.folder, but=process.pid), "the emulator runs")
    process.send_signal(number)
    process.send_signal(signal.SIGINT)  # an impatient user's second Ctrl-C
    _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130
    assert errors == (
        "Interrupted: stopping everything that was started. Terraform first finishes its current operations.\n"
        "Everything that was started has been stopped.\n"
    )
    assert processes_under(demonstration.folder) == []
    assert list(demonstration.folder.iterdir()) == []


def test_down_reports_that_nothing_is_running(demonstration: Demonstration) -> None:
    result = demonstration.local("down")
    assert (result.stdout, result.stderr) == ("", "No environment is running.\n")

"""`queuesmith local demo` as a user runs it: to its end, left running and then stopped, and interrupted."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from queuesmith.common.progress import ProgressBoard
from queuesmith.local.demo import Demo
from queuesmith.local.session import Session
from queuesmith.local.tally import Tally
from queuesmith.settings.project import settings_of
from tests.conftest import ROOT, Project
from tests.e2e.development import with_handlers
from tests.e2e.processes import processes_under
from tests.waiting import TIMEOUT, wait_for

TICKETS = """
[tables.bookings]
partition_key = "ticket-id"

[workers.tickets]
queue.fifo = true
failures.send_to_dlq_immediately = true
tables.bookings = { operations = ["PutItem"], variable = "BOOKINGS_TABLE" }

[workers.tickets.function]
artifact.zip = "build/tickets.zip"
"""
"""A second worker: on a FIFO queue, with a number as the id in its messages, which is not a name in DynamoDB's expressions."""
HANDLER = """
import boto3
from pydantic import BaseModel, Field
from queuesmith_worker import HandlerSettings, Worker


class Ticket(BaseModel):
    id: int = Field(alias="ticket-id")
    seat: str


class TicketSettings(HandlerSettings):
    bookings_table: str


settings = TicketSettings.from_environment()
dynamodb = boto3.client("dynamodb")


def handle_ticket(ticket: Ticket) -> None:
    item = {"ticket-id": {"S": str(ticket.id)}, "seat": {"S": ticket.seat}}
    dynamodb.put_item(TableName=settings.bookings_table, Item=item)


lambda_handler = Worker(Ticket, handle_ticket, settings)
"""


@dataclass(frozen=True)
class Demonstration:
    """The demo in a project with the sample's worker and one on a FIFO queue. All that it writes is in a temporary folder."""

    home: Path
    folder: Path

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "queuesmith", "local", "demo", *arguments],
            cwd=self.home,
            env={**os.environ, "TMPDIR": str(self.folder), "AWS_PROFILE": "none-of-yours", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def kept(self) -> tuple[str, ...]:
        """The options that leave the demo running."""
        return "--keep", "--folder", str(self.folder / "kept")

    def local(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `queuesmith local` against the session that the demo has left running."""
        command = [sys.executable, "-m", "queuesmith", "local", *arguments, "--folder", str(self.folder / "kept")]
        return subprocess.run(command, cwd=self.home, capture_output=True, text=True, check=True)

    def dead_letters(self) -> dict[str, Any]:
        """The number of messages in each DLQ that `queuesmith local status` reports, by worker."""
        shown = json.loads(self.local("status", "--json").stdout)
        assert (shown["running"], shown["environment"]) == (True, "dev")
        return {worker["worker"]: sum(worker["dead_letter_queue"].values()) for worker in shown["workers"]}


@pytest.fixture
def demonstration(tmp_path: Path, short_folder: Path) -> Demonstration:
    project = with_handlers(Project(tmp_path / "a project"))
    project.add("dev.toml", TICKETS)
    (project.folder / "handlers" / "tickets").mkdir()
    (project.folder / "handlers" / "tickets" / "main.py").write_text(HANDLER)
    (project.folder / "ticket.json").write_text('{"ticket-id": 7, "seat": "A 1"}')
    (project.folder / "tests" / "messages").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "messages" / "orders.json", project.folder / "tests" / "messages")
    return Demonstration(project.folder, short_folder)


def test_demo_accounts_for_every_message_and_can_keep_running(
    demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("--worker", "tickets", "--message", "ticket.json", "--count", "60", *demonstration.kept)
    try:
        process = demonstration.start(*arguments)
        output, errors = process.communicate()
        assert process.returncode == 0, errors
        session = Session.load(demonstration.folder / "kept")
        assert session is not None
        assert re.sub(r" +[0-9.]+ s$", " TIME", output, flags=re.MULTILINE) == (
            "60 messages\n"
            "Outcome                           Messages\n"
            "written to DynamoDB exactly once        55\n"
            "written more than once                   0\n"
            "in the dead-letter queue                 5\n"
            "still in the queue                       0\n"
            "lost                                     0\n"
            "setup TIME\n"
            "apply TIME\n"
            "processing of all messages TIME\n"
        )
        assert "Sent: 60/60\n" in errors
        folder = shlex.quote(str(demonstration.folder / "kept"))
        assert errors.endswith(
            "The environment is still running. To connect to it:\n"
            f'  eval "$(queuesmith local status --folder {folder} --exports)"\n'
            "Inspect it: queuesmith status dev tickets, or: queuesmith dlq peek dev tickets\n"
            "Look at it in a browser: queuesmith console dev\n"
            f"Its Terraform folder: {demonstration.folder}/kept/stack\n"
            f"Stop it: queuesmith local down --folder {folder}\n"
        )
        orders = _count_the_sample(demonstration, session, monkeypatch)
        assert demonstration.dead_letters() == {"orders": orders.in_dlq, "tickets": 5}
        _, errors = demonstration.start(*arguments).communicate()
        expected = f"error: dev is already running at {session.url}. Stop it: queuesmith local down --folder {folder}\n"
        assert errors == expected
    finally:
        stopped = demonstration.local("down").stderr
    assert stopped == f"Stopped {session.url}.\n"
    assert processes_under(demonstration.folder) == []
    assert list(demonstration.folder.iterdir()) == []


def _count_the_sample(demonstration: Demonstration, session: Session, monkeypatch: pytest.MonkeyPatch) -> Tally:
    """On a standard queue, with the default example, in the environment that is already running."""
    monkeypatch.chdir(demonstration.home)
    outputs = json.loads((demonstration.folder / "kept" / "stack" / "terraform.tfstate").read_text())["outputs"]
    values = {name: output["value"] for name, output in outputs.items()}
    demo = Demo.of(settings_of("dev"), "orders", None, 200)
    result = demo.run(session.endpoint, values, ProgressBoard(Console(file=io.StringIO())))
    extra = result.tally.extra_copies  # on a busy machine: the request was accepted, but its response was too late
    assert result.tally == Tally(200, 195, written_repeatedly=0, unlogged=0, in_dlq=5 + extra, in_queue=0)
    assert result.is_expected
    return result.tally


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
    process = demonstration.start("--worker", "orders", PATH=path)
    assert process.stderr is not None
    assert any(re.match(moment, line) for line in process.stderr), process.communicate()[0]
    wait_for(lambda: processes_under(demonstration.folder, but=process.pid), "the emulator runs")
    process.send_signal(number)
    process.send_signal(signal.SIGINT)  # an impatient user's second Ctrl-C
    _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130
    assert errors.endswith(
        "Interrupted: stopping everything that was started. Terraform first finishes its current operations.\n"
        "Everything that was started has been stopped.\n"
    )
    assert processes_under(demonstration.folder) == []
    assert list(demonstration.folder.iterdir()) == []


def test_down_reports_that_nothing_is_running(demonstration: Demonstration) -> None:
    result = demonstration.local("down")
    assert (result.stdout, result.stderr) == ("", "No environment is running.\n")

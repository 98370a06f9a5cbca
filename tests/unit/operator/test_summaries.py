"""The commands' summaries: numbers agree with verbs, and the console script escapes its output."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from queuesmith.cli import app as cli
from queuesmith.cli import pause, redrive, send, status
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target
from queuesmith.common.errors import QueuesmithError
from queuesmith.operations import pausing
from queuesmith.operations.redriving import RedriveResult
from queuesmith.operations.rejected_file import RejectedFile
from queuesmith.operations.sending import SendResult
from queuesmith.operations.worker_status import FunctionStatus, MappingStatus, QueueStatus, WorkerStatus
from tests.unit.operator.command_runner import CommandRunner
from tests.unit.operator.conftest import SOURCE
from tests.unit.operator.sqs_double import SqsDouble

NOBODY = dict.fromkeys(("environment", "worker", "queue", "dlq", "function", "profile", "region", "endpoint_url"))


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (1, "Arrived in the DLQ during the redrive, and not moved: 1 message. Redriven messages may have failed again."),
        (2, "Arrived in the DLQ during the redrive, and not moved: 2 messages. Redriven messages may have failed again."),
    ],
)
def test_messages_left_in_the_dlq_are_reported(count: int, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = RedriveResult("dlq", "queue", approximate_count=1, arrived_during_redrive=count)
    redrive._report(done, Output(), dry_run=False, is_fifo=False)
    assert capsys.readouterr().err == f"{message}\n"


@pytest.mark.parametrize(
    ("received", "message"),
    [
        (20, "Interrupted. Not received, and still in the DLQ: about 10 messages"),
        (29, "Interrupted. Not received, and still in the DLQ: about 1 message"),
        (30, "Interrupted."),
    ],
)
def test_interrupted_copy_says_what_is_left(received: int, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = RedriveResult("dlq", "queue", state="CANCELLED", approximate_count=30, received=received, selected=20, moved=20)
    redrive._report(done, Output(), dry_run=False, is_fifo=False)
    assert capsys.readouterr().err == f"{message}\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--limit", "2"),
            "f is incomplete. Not in it: about 1 message, because --limit is 2. Use a new file and a higher --limit",
        ),
        (
            ("--limit", "2", "--where", "body"),
            "f can be incomplete, because --limit is 2. Use a new file and a higher --limit",
        ),
        (("--limit", "3"), "The messages are still in orders-dlq. To send copies: queuesmith send --queue orders --file f"),
    ],
)
def test_incomplete_export_is_reported_last(
    options: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs = SqsDouble()
    sqs.fill(SOURCE, "a", "b", "c")
    result = CommandRunner(tmp_path, monkeypatch, sqs).run("dlq", "peek", *options, "--export", "f")
    assert (result.returncode, result.stderr.splitlines()[-1]) == (0, message)


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (1, "1 message may be in the queue twice, because it was sent again after a lost response."),
        (1_200, "1,200 messages may be in the queue twice, because they were sent again after a lost response."),
    ],
)
def test_possible_duplicates_are_counted(count: int, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    sent = SendResult("queue", total=count, accepted=count, possibly_duplicated=count)
    send._report(sent, RejectedFile(tmp_path / "f"), Target(NOBODY, output), output)
    assert capsys.readouterr().err == f"{message}\n"


@pytest.mark.parametrize(
    ("errors", "throttles", "message"),
    [(0, None, "Active"), (1, 0, "Active, 1 error in 1 h"), (1_200, 2, "Active, 1,200 errors in 1 h, 2 throttles in 1 h")],
)
def test_errors_and_throttles_are_counted(errors: int, throttles: int | None, message: str) -> None:
    function = FunctionStatus("orders", "Active", "Successful", errors, throttles, [])
    assert status._function(function) == message


@pytest.mark.parametrize(
    ("unknown", "cells"),
    [
        ([], ("none", "none", "none", "none")),
        (["mapping"], ("none", "?", "none", "none")),
        (["dead_letter_queue", "function"], ("?", "none", "?", "none")),
        (["dead_letter_queue", "mapping", "function", "alarms"], ("?", "?", "?", "?")),
    ],
)
def test_none_is_shown_only_for_parts_that_are_known_to_be_missing(unknown: list[str], cells: tuple[str, ...]) -> None:
    worker = WorkerStatus("dev", "orders", QueueStatus("q", 1, 0, 0, None), None, None, None, [], [], [], unknown)
    assert status._row(worker)[5:] == cells


@pytest.mark.parametrize(
    ("state", "last_result", "command"),
    [
        ("Disabled", "", "resume --queue orders"),
        ("Disabling", "", "status --queue orders --watch"),
        ("Enabled", "PROBLEM: Function call failed", "logs --queue orders --since 1h"),
        ("Enabled", "FAILED", "logs --queue orders --since 1h"),
    ],
)
def test_status_names_the_command_that_shows_more(state: str, last_result: str, command: str) -> None:
    queue = QueueStatus("orders", 1, 0, 0, None)
    mapping = MappingStatus("uuid", state, last_result)
    worker = WorkerStatus(None, "orders", queue, replace(queue, visible=0), mapping, None, [], ["it"], [])
    given = {**NOBODY, "queue": "orders"}
    assert status._next_command(worker, Target(given, Output())).partition(" ")[2] == command


def test_pause_command_and_function_wait_equally_long() -> None:
    assert pause._DEFAULT_TIMEOUT == pausing.TIMEOUT


@pytest.mark.parametrize(
    ("error", "message", "exit_status"),
    [
        (FileNotFoundError(2, "No such file", "a\x1b[2Jb"), "error: a\\x1b[2Jb: No such file\n", 1),
        (OSError("odd"), "error: the system: odd\n", 1),
        (QueuesmithError("one\ntwo\x07"), "error: one\ntwo\\x07\n", 1),
    ],
)
def test_error_is_one_message_without_control_characters(
    error: Exception, message: str, exit_status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def app() -> None:
        raise error

    monkeypatch.setattr(cli, "app", app)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, capsys.readouterr().err) == (exit_status, message)


def test_dlq_command_typed_without_dlq_is_suggested(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["queuesmith", "redrive", "dev"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "No such command 'redrive'. Did you mean 'dlq redrive'?" in capsys.readouterr().err


def test_unexpected_exception_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def app(*_: Any) -> None:
        raise KeyError("x")

    monkeypatch.setattr(cli, "app", app)
    with pytest.raises(KeyError):
        cli.main()


@pytest.mark.parametrize("command", ["drop", "redrive", "peek"])
def test_a_part_of_a_reason_matches_nothing(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = SqsDouble()
    sqs.fill(SOURCE, "1")
    result = CommandRunner(tmp_path, monkeypatch, sqs).run("dlq", command, "--reason", "Invalid JSON")
    hint = "--reason must be a whole reason, as dlq triage prints it. To list the reasons: queuesmith dlq triage --queue orders"
    assert (result.returncode, hint in result.stderr.splitlines()) == (0, True)

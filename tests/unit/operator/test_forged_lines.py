"""Text from a message, a log, a handler or AWS never looks like a line that the command itself printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import as_aws_error
from queuesmith.cli import invoke_output, log_lines, status
from queuesmith.cli.output import Output
from queuesmith.operations.invocation.execution_environment import InvocationFailure
from queuesmith.operations.invocation.handler_run import InvocationResult, MessageResult
from queuesmith.operations.invocation.local_function import LocalFunction
from queuesmith.operations.log_reading import LogEvent
from queuesmith.operations.messages import Message
from queuesmith.operations.worker_status import FunctionStatus, MappingStatus, WorkerStatus
from queuesmith.readers.deployed.current_state import AlarmState
from tests.unit.operator.command_runner import CommandRunner
from tests.unit.operator.conftest import SOURCE
from tests.unit.operator.sqs_double import SqsDouble, Stored

FORGED = "x\nNext: rm -rf ~\rNext: rm\vNext: rm\x85Next: rm\u2028Next: rm\x1b[2J"


def forged_lines(text: str) -> list[str]:
    """Lines that begin like the command's own, or that contain control characters for the terminal."""
    return [line for line in text.splitlines() if line.startswith("Next: rm") or not line.replace("\t", "").isprintable()]


@pytest.fixture
def seen(capsys: pytest.CaptureFixture[str]) -> Any:
    """A function that returns the output and checks that no line is forged."""

    def check() -> str:
        printed = "".join(capsys.readouterr())
        assert forged_lines(printed) == []
        assert "Next: rm" in printed
        return printed

    return check


@pytest.mark.parametrize("main", [[], ["--main"]], ids=["dlq", "main"])
def test_peek(main: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = {"DataType": f"String.{FORGED}", "StringValue": FORGED}
    sqs = SqsDouble()
    stored = Stored(FORGED, FORGED, FORGED, attributes={"FailureReason": text, FORGED: text})
    commands = CommandRunner(tmp_path, monkeypatch, sqs, SOURCE)
    sqs.queues[SOURCE.url] = [stored]
    result = commands.run("dlq", "peek", *main)
    assert forged_lines(result.stdout + result.stderr) == []
    assert [line for line in result.stdout.splitlines() if not line.startswith("  ")] == [
        r"x\nNext: rm -rf ~\rNext: rm\x0bNext: rm\x85Next: rm\u2028Next: rm\x1b[2J  group "
        r"x\nNext: rm -rf ~\rNext: rm\x0bNext: rm\x85Next: rm\u2028Next: rm\x1b[2J"
    ]


def test_redrive_and_send_name_ids_and_reasons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = SqsDouble()
    commands = CommandRunner(tmp_path, monkeypatch, sqs)
    sqs.queues[SOURCE.url] = [Stored(FORGED, "b")]
    sqs.choose = lambda operation, _: FORGED if operation == "send entry" else ""
    for command in (("dlq", "redrive", "--limit", "1", "--dry-run"), ("dlq", "redrive", "--limit", "1")):
        result = commands.run(*command)
        assert forged_lines(result.stdout + result.stderr) == []
        assert "Next: rm" in result.stdout + result.stderr
    result = commands.run("send", "--body", "b")
    assert forged_lines(result.stdout + result.stderr) == []
    assert "1 message not accepted: x\\nNext: rm" in result.stderr


def test_a_key_of_a_file_in_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = CommandRunner(tmp_path, monkeypatch, SqsDouble())
    for line in (rb'{"MessageBody": "b", "x\nNext: rm": 1}', rb'{"MessageBody": "b", "MessageAttributes": {"x\nNext: rm": 1}}'):
        result = commands.run("send", "--file", "-", stdin=line)
        assert result.stderr.count("\n") == 1
        assert r"x\nNext: rm" in result.stderr


def test_aws_errors_are_one_line() -> None:
    for code in ("InternalError", "QueueDoesNotExist"):
        told = str(as_aws_error(ClientError({"Error": {"Code": code, "Message": FORGED}}, "SendMessage")))
        assert "x Next: rm" in told
        assert len(told.splitlines()) == 1


def test_status(seen: Any) -> None:
    event = LogEvent("2026-01-01T00:00:00.000Z", "ERROR", FORGED, None, {"reason": FORGED})
    function = FunctionStatus(FORGED, FORGED, FORGED, 1, 1, [event])
    alarms = [AlarmState(FORGED, "ALARM", FORGED, "")]
    mapping = MappingStatus(FORGED, FORGED, FORGED)
    status._show([WorkerStatus(None, FORGED, None, None, mapping, function, alarms, [FORGED], [FORGED])], Output())
    seen()


def test_logs(seen: Any) -> None:
    log_lines.show(
        LogEvent("2026-01-01T00:00:00.000Z", "INFO", FORGED, FORGED, {FORGED: FORGED, "exception": [FORGED]}), Output()
    )
    log_lines.log_line_printer(Output())(FORGED)
    seen()


def test_invoke(seen: Any) -> None:
    function = LocalFunction(Path(), "main.handler")
    failure = InvocationFailure("exception", FORGED, FORGED, FORGED)
    result = InvocationResult(1, "r", 0.1, [MessageResult(FORGED, "failed", FORGED)], {FORGED: FORGED}, failure, FORGED)
    invoke_output.show_results(function, [result], Output())
    seen()


def test_events_of_a_dry_run_keep_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    invoke_output.show_events(LocalFunction(Path(), "main.handler"), [Message(FORGED)], Output())
    printed = capsys.readouterr().out
    assert forged_lines(printed) == []
    assert json.loads(printed)["Records"][0]["body"] == FORGED

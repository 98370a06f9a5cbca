"""`queuesmith logs` against the emulator."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from queuesmith.cli.log_lines import show
from queuesmith.operations.log_reading import follow_log, read_log
from tests.conftest import a_zip
from tests.e2e.commands.log_lines import GROUP, put, text
from tests.e2e.commands.world import Deployed, World
from tests.waiting import TIMEOUT, wait_for


def works_off(world: World, *bodies: str) -> None:
    """Invoke the function with messages of these ids, as its mapping would, and wait until they are in its log."""
    functions = world.client("lambda")
    world.settle()
    event = {"Records": [{"messageId": f"m-{body}", "body": body} for body in bodies]}
    functions.invoke(FunctionName="dev-orders", Payload=json.dumps(event))
    wait_for(lambda: all(f'"m-{body}"' in text(world) for body in bodies), "the log has the lines")


def test_each_line_has_its_time_level_message_and_fields(world: World, orders: Deployed) -> None:
    works_off(world, "good", "fail-1")
    result = world.run("logs", "dev", "orders")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert all(re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|ERROR) ", line) for line in lines)
    assert [line[25:] for line in lines if "message_id" in line] == [
        "INFO  worked  message_id=m-good body=good",
        "INFO  worked  message_id=m-fail-1 body=fail-1",
        "ERROR it failed  message_id=m-fail-1 body=fail-1",
    ]
    assert re.fullmatch(rf"{len(lines)} lines in {GROUP} since 20\S+Z\n", result.stderr)


def test_json_output_has_one_event_a_line_with_stable_keys(world: World, orders: Deployed) -> None:
    works_off(world, "fail-2")
    result = world.run("logs", "dev", "orders", "--json", "--level", "error")
    (line,) = result.stdout.splitlines()
    event = json.loads(line)
    assert list(event) == ["time", "level", "message", "message_id", "fields", "stream"]
    assert (event["level"], event["message"], event["message_id"]) == ("ERROR", "it failed", "m-fail-2")
    assert event["fields"] == {"body": "fail-2"}
    assert event["stream"]


def test_log_can_be_filtered_by_message(world: World, orders: Deployed) -> None:
    works_off(world, "good", "fail-3")
    lines = world.lines("logs", "dev", "orders", "--message-id", "m-fail-3")
    assert [line[25:] for line in lines] == [
        "INFO  worked  message_id=m-fail-3 body=fail-3",
        "ERROR it failed  message_id=m-fail-3 body=fail-3",
    ]


def test_traceback_is_printed_below_its_line_and_escaped(world: World, orders: Deployed) -> None:
    trace = "Traceback (most recent call last):\n  File \x1b[2J\nKeyError: 'x'"
    put(world, json.dumps({"level": "ERROR", "message": "broke", "exception": trace, "exception_name": "KeyError"}))
    result = world.run("logs", "dev", "orders", "--level", "WARNING")
    assert [line[25:] if line.startswith("20") else line for line in result.stdout.splitlines()] == [
        "ERROR broke  exception_name=KeyError",
        "    Traceback (most recent call last):",
        "      File \\x1b[2J",
        "    KeyError: 'x'",
    ]
    assert "1 line in" in result.stderr


def test_since_and_until_limit_the_lines(world: World, orders: Deployed) -> None:
    put(world, "of an hour ago", ago=3600)
    put(world, "of now")
    assert [line[31:] for line in world.lines("logs", "dev")] == ["of now"]
    assert [line[31:] for line in world.lines("logs", "dev", "--since", "2h", "--until", "30m")] == ["of an hour ago"]
    early = (datetime.now(UTC) - timedelta(minutes=90)).strftime("%Y-%m-%dT%H:%M")
    assert [line[31:] for line in world.lines("logs", "dev", "--since", early)] == ["of an hour ago", "of now"]


def test_empty_log_says_what_to_try(world: World, orders: Deployed) -> None:
    result = world.run("logs", "dev", "orders", "--message-id", "m 1")
    assert (result.returncode, result.stdout) == (0, "")
    count, following = result.stderr.splitlines()
    assert count.startswith(f"0 lines in {GROUP} since ")
    assert following == "Next: queuesmith logs dev orders --since 1d --message-id 'm 1'"
    assert world.run("logs", "dev", "--since", "2d").stderr.splitlines()[1] == "Next: queuesmith logs dev --since 7d"


def test_function_that_never_ran_is_reported_without_a_log(world: World, orders: Deployed) -> None:
    world.client("logs").delete_log_group(logGroupName=GROUP)
    try:
        for more in ((), ("--follow",)):
            result = world.run("logs", "dev", "orders", *more)
            assert (result.returncode, result.stdout) == (1, "")
            assert result.stderr == (
                f"error: The log group {GROUP} does not exist in eu-central-1: dev-orders has not run yet or does not exist. "
                "Is dev deployed in this account and Region?\n"
            )
    finally:
        world.client("logs").create_log_group(logGroupName=GROUP)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--level", "loud"), '--level is "loud", but must be one of TRACE, DEBUG, INFO, WARN, ERROR, FATAL'),
        (("--follow", "--until", "1m"), "--follow prints new lines until Ctrl-C, so it cannot be combined with --until"),
        (("--since", "1m", "--until", "1h"), "--since is 1m, but must be before --until (1h)"),
        (("--since", "2999-01-01"), "--since is 2999-01-01, but must be before now"),
    ],
)
def test_invalid_arguments_are_refused(world: World, options: tuple[str, ...], text: str) -> None:
    result = world.run("logs", "dev", "orders", *options)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {text}\n")


def test_worker_must_be_named_if_there_are_several(world: World, orders: Deployed) -> None:
    with world.dev_with('[workers.mail.function]\nartifact.zip = "build/orders.zip"'):
        result = world.run("logs", "dev")
    assert result.returncode == 2
    assert result.stderr == "error: dev has several workers: mail, orders. Specify one: dev WORKER\n"


def test_logs_needs_only_permission_on_the_log_group(world: World, orders: Deployed) -> None:
    """The function's configuration names its log group. Without access to it, Lambda's default group is read."""
    put(world, "here")
    user: Any = world.user("log-reader", ["logs:FilterLogEvents"], [f"arn:aws:logs:*:*:log-group:{GROUP}*"])
    result = world.run("logs", "dev", "orders", **user)
    assert (result.returncode, result.stdout[31:]) == (0, "here\n"), result.stderr


def test_worker_of_another_project_is_found_by_its_function(world: World, orders: Deployed) -> None:
    put(world, "here")
    result = world.run("logs", "--function", "dev-orders", "--region", "eu-central-1", folder=world.project.folder.parent)
    assert (result.returncode, result.stdout[31:]) == (0, "here\n"), result.stderr


def test_followed_log_shows_each_line_once(world: World, orders: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator gives the function's lines no eventId, and some are identical. Lines of the test have one and are late."""
    logs, looks = world.client("logs"), 0
    handler = 'def lambda_handler(event, context):\n    print("alike")\n    print("alike")\n'
    world.settle()
    world.client("lambda").update_function_code(FunctionName="dev-orders", ZipFile=a_zip(handler))
    world.settle()

    class EnoughError(Exception):
        pass

    def wait(_: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            put(world, "first")
            world.client("lambda").invoke(FunctionName="dev-orders", Payload="{}")
            wait_for(lambda: text(world).count("alike") == 2, "the function's lines")
        elif looks == 2:
            put(world, "late", ago=20)
            world.client("lambda").invoke(FunctionName="dev-orders", Payload="{}")
            wait_for(lambda: text(world).count("alike") == 4, "the function's lines")
        elif looks == 4:
            raise EnoughError

    shown: list[str] = []
    monkeypatch.setattr("queuesmith.operations.log_reading.sleep", wait)
    with pytest.raises(EnoughError):
        shown.extend(event.message for event in follow_log(logs, GROUP, since=datetime.now(UTC) - timedelta(minutes=1)))
    there = [event.message for event in read_log(logs, GROUP, since=datetime.now(UTC) - timedelta(minutes=5))]
    assert sorted(shown) == sorted(there)
    assert (shown.count("alike"), shown.count("first"), shown.count("late")) == (4, 1, 1)


@pytest.fixture
def following(world: World, orders: Deployed) -> Iterator[subprocess.Popen[str]]:
    """A process that follows the log."""
    process = world.start("logs", "dev", "orders", "--follow")
    yield process
    process.kill()
    process.communicate()


def test_dlq_copy_leads_to_its_original_message(world: World, orders: Deployed) -> None:
    line = {"level": "WARN", "message": "message sent to the DLQ", "message_id": "original-1", "copy_id": "copy-1"}
    put(world, json.dumps(line))
    result = world.run("logs", "dev", "orders", "--message-id", "copy-1")
    assert "message sent to the DLQ  message_id=original-1 copy_id=copy-1" in result.stdout
    assert (
        "This message is a copy of original-1. Next: queuesmith logs dev orders --since 15m --message-id original-1"
        in result.stderr
    )


def test_ctrl_c_ends_a_followed_log_gracefully(world: World, following: Any) -> None:
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(following.stdout))
    reader.start()
    put(world, "one")
    wait_for(lambda: len(lines) == 1, "the first line")
    put(world, "two")
    wait_for(lambda: len(lines) == 2, "the second line, as it comes")
    os.kill(following.pid, signal.SIGINT)
    assert following.wait(TIMEOUT) == 130
    reader.join()
    assert [line[31:] for line in lines] == ["one\n", "two\n"]
    assert following.stderr.read().startswith(f"2 lines in {GROUP} since ")


def test_line_shown_before_ctrl_c_is_counted(world: World, orders: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(event: Any, output: Any) -> None:
        show(event, output)
        raise KeyboardInterrupt

    put(world, "one", "two")
    monkeypatch.setattr("queuesmith.cli.logs.show", interrupted)
    result = world.run("logs", "dev", "orders")
    assert (result.returncode, len(result.stdout.splitlines())) == (130, 1)
    assert result.stderr.startswith(f"1 line in {GROUP} since ")

"""`queuesmith dlq drop`, and `dlq redrive` with an edit or to another queue, against the emulator."""

from __future__ import annotations

import json
import os
import pty
from pathlib import Path

import pytest

from tests.e2e.commands.dead_letters import bodies, body, send_fifo
from tests.e2e.commands.world import REGION, Deployed, World
from tests.waiting import TIMEOUT


def test_dropped_messages_are_in_a_private_file_that_can_be_sent(world: World, orders: Deployed, tmp_path: Path) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(12)))
    path = tmp_path / "odd.jsonl"
    result = world.run("dlq", "drop", "dev", "--match", "kind == 'odd'", "--export", str(path), "--yes", "6")
    assert (result.returncode, result.stdout) == (0, "6 of about 12 messages were dropped from dev-orders-dlq\n")
    assert result.stderr.splitlines()[-1] == (f"The messages are in {path}. To send copies: queuesmith send dev --file {path}")
    assert path.stat().st_mode & 0o777 == 0o600
    assert world.run("send", "dev", "--file", str(path)).returncode == 0
    assert sorted(bodies(world, orders.queue)) == sorted(body(number) for number in range(1, 12, 2))
    assert sorted(bodies(world, orders.dead_letter_queue)) == sorted(body(number) for number in range(0, 12, 2))


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((), 2, "Selected: 1 of about 2 messages in dev-orders-dlq. Without a terminal, confirm with --yes 1"),
        (
            ("--yes", "2"),
            1,
            'The confirmation is "2", but the selection is 1 of about 2 messages in dev-orders-dlq. Nothing was dropped',
        ),
    ],
)
def test_drop_without_the_number_drops_nothing(
    arguments: tuple[str, ...], status: int, message: str, world: World, orders: Deployed
) -> None:
    world.fill(orders.dead_letter_queue, body(1), body(2))
    result = world.run("dlq", "drop", "dev", "--match", "n == `1`", *arguments)
    assert (result.returncode, result.stdout, result.stderr.splitlines()[-1]) == (status, "", f"error: {message}")
    assert len(bodies(world, orders.dead_letter_queue)) == 2
    assert list(world.project.folder.glob("dropped*")) == []


def test_drop_without_a_selection_names_purge(world: World, orders: Deployed) -> None:
    result = world.run("dlq", "drop", "dev", "--yes", "0")
    told = "Select messages: --reason, --match, --where, --message-id or --limit. To delete all: queuesmith dlq purge dev"
    assert (result.returncode, result.stderr) == (2, f"error: {told}\n")


@pytest.mark.parametrize(("typed", "status", "left"), [("2\n", 0, 1), ("\x03", 130, 3)])
def test_drop_prompts_for_the_number_on_a_terminal(typed: str, status: int, left: int, world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, body(1), body(2), body(3))
    ours, theirs = pty.openpty()
    try:
        with world.start("dlq", "drop", "dev", "--limit", "2", stdin=theirs) as process:
            assert process.stderr is not None
            shown = ""
            while "to confirm: " not in shown:
                character = process.stderr.read(1)
                assert character, f"the command ended before its prompt: {shown}"
                shown += character
            if typed == "\x03":
                process.send_signal(2)
            else:
                os.write(ours, typed.encode())
            _, errors = process.communicate(timeout=TIMEOUT)
    finally:
        os.close(ours)
        os.close(theirs)
    assert process.returncode == status, errors
    assert len(bodies(world, orders.dead_letter_queue)) == left, "the others are visible again"
    files = list(world.project.folder.glob("dropped*"))
    assert len(files) == (status == 0)
    for file in files:
        file.unlink()


def test_group_is_mended_and_sent_back(world: World, orders: Deployed) -> None:
    reason = {"FailureReason": {"DataType": "String", "StringValue": "KeyError: 'currency'"}}
    world.fill(orders.dead_letter_queue, '{"order_id": "o-1"}', "no JSON", MessageAttributes=reason)
    world.fill(orders.dead_letter_queue, '{"order_id": "o-2"}')
    command = ("dlq", "redrive", "dev", "--reason", "KeyError: 'currency'", "--edit", "merge(@, {currency: 'EUR'})")
    dry = world.run(*command, "--dry-run")
    assert dry.returncode == 1
    assert dry.stdout.splitlines()[-1].endswith(' after:  {"order_id":"o-1","currency":"EUR"}')
    done = world.json(*command, status=1)
    assert {key: done[key] for key in ("selected", "moved", "edited", "not_edited")} == {
        "selected": 2, "moved": 1, "edited": 1, "not_edited": 1,
    }  # fmt: skip
    (message,) = world.contents(orders.queue)
    assert json.loads(message["Body"]) == {"order_id": "o-1", "currency": "EUR"}
    assert message["MessageAttributes"]["FailureReason"]["StringValue"] == "KeyError: 'currency'"
    assert sorted(bodies(world, orders.dead_letter_queue)) == ["no JSON", '{"order_id": "o-2"}']


def test_messages_are_moved_to_a_quarantine(world: World, orders: Deployed) -> None:
    quarantine = world.client("sqs").create_queue(QueueName="quarantine")["QueueUrl"]
    world.fill(orders.dead_letter_queue, *map(body, range(3)))
    result = world.run("dlq", "redrive", "--dlq", "dev-orders-dlq", "--to", "quarantine", "--limit", "2", "--region", REGION)
    assert (result.returncode, result.stdout) == (
        0,
        "2 of about 3 messages were moved from dev-orders-dlq to quarantine (copied, then deleted)\n",
    )
    assert (len(bodies(world, quarantine)), world.count(orders.queue), world.count(orders.dead_letter_queue)) == (2, 0, 1)
    elsewhere = world.emulator.endpoint.client("sqs", "eu-west-1")
    url = elsewhere.create_queue(QueueName="quarantine")["QueueUrl"]
    account = orders.queue_arn.split(":")[4]
    moved = world.run("dlq", "redrive", "dev", "--to", f"arn:aws:sqs:eu-west-1:{account}:quarantine")
    assert (moved.returncode, moved.stdout) == (
        0,
        "1 of about 1 message was moved from dev-orders-dlq to quarantine (copied, then deleted)\n",
    )
    assert len(elsewhere.receive_message(QueueUrl=url)["Messages"]) == 1
    missing = world.run("dlq", "redrive", "dev", "--to", "nowhere")
    assert (missing.returncode, missing.stderr.split(",")[0]) == (1, f'error: There is no queue "nowhere" in {REGION}')


def test_fifo_drop_says_what_is_behind(world: World, fifo: Deployed) -> None:
    send_fifo(world, fifo.dead_letter_queue, *(str(number) for number in range(12)))
    command = ("dlq", "drop", "--queue", "ship-parcels", "--region", REGION, "--where", "group == 'g'")
    first = world.json(*command, "--yes", "10", status=1)
    assert (first["dropped"], first["not_received"], first["not_dropped"]) == (10, 2, 0)
    second = world.json(*command, "--yes", "2")
    assert (second["dropped"], second["file"]) == (2, "dropped-2.jsonl")
    for file in world.project.folder.glob("dropped*"):
        file.unlink()

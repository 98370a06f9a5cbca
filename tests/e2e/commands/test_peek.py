"""`queuesmith dlq peek` against the emulator: it shows every message once, and all of them stay in the DLQ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from queuesmith.aws.queues import find_queue
from queuesmith.operations.peeking import peek_messages
from queuesmith.operations.selecting import matcher
from tests.e2e.commands.world import REGION, Deployed, World
from tests.waiting import TIMEOUT, wait_for

REASON = {"FailureReason": {"DataType": "String", "StringValue": "no such customer"}}


def body(number: int) -> str:
    return json.dumps({"n": number, "customer": f"c-{number % 3}"})


def visible(world: World, url: str) -> int:
    names = ["ApproximateNumberOfMessages"]
    found = world.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(found[names[0]])


def test_messages_are_shown_with_all_their_attributes(world: World, orders: Deployed) -> None:
    (message_id,) = world.fill(
        orders.dead_letter_queue, body(1), MessageAttributes=REASON | {"kind": {"DataType": "String", "StringValue": "a"}}
    )
    result = world.run("dlq", "peek", "dev", "orders")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert lines[0] == message_id
    assert lines[1].startswith("  sent 20")
    assert lines[1].endswith("received once")
    assert lines[2:4] == ["  reason: no such customer", "  kind (String): a"]
    assert lines[4:] == ["  | {", '  |   "n": 1,', '  |   "customer": "c-1"', "  | }"]
    assert result.stderr.splitlines() == [
        "Showing 1 of about 1 message in dev-orders-dlq (1 received).",
        "Next: fix the cause, then queuesmith dlq redrive dev orders --dry-run",
    ]


def test_each_message_is_shown_once_and_immediately_visible_again(world: World, orders: Deployed) -> None:
    ids = world.fill(orders.dead_letter_queue, *map(body, range(25)))
    document = world.json("dlq", "peek", "dev", "--limit", "100")
    assert sorted(message["message_id"] for message in document["messages"]) == sorted(ids)
    assert (document["approximate_count"], document["received"], document["left_invisible"]) == (25, 25, 0)
    assert visible(world, orders.dead_letter_queue) == 25


def test_json_has_stable_keys(world: World, orders: Deployed) -> None:
    (message_id,) = world.fill(
        orders.dead_letter_queue, "x", MessageAttributes={"b": {"DataType": "Binary", "BinaryValue": b"\x01"}}
    )
    document = world.json("dlq", "peek", "dev")
    (message,) = document.pop("messages")
    assert document == {
        "version": 2, "queue": "dev-orders-dlq", "approximate_count": 1, "received": 1, "left_invisible": 0,
        "visibility_timeout": 120, "failure": None, "export": None,
    }  # fmt: skip
    moments = {message.pop("sent"), message.pop("first_received")}
    assert all(moment.endswith("Z") for moment in moments)
    assert message == {
        "message_id": message_id, "body": "x", "group": None,
        "attributes": {"b": {"DataType": "Binary", "BinaryValue": "AQ=="}},
        "deduplication_id": None, "receive_count": 1, "reason": "", "source_arn": None,
    }  # fmt: skip


def test_message_that_was_received_too_often_says_so(world: World) -> None:
    deployed = world.deploy(visibility=0, receives=1)
    sqs = world.client("sqs")
    try:
        world.fill(deployed.queue, "worn")
        sqs.receive_message(QueueUrl=deployed.queue)

        def moved() -> bool:
            sqs.receive_message(QueueUrl=deployed.queue)
            return visible(world, deployed.dead_letter_queue) == 1

        wait_for(moved, "SQS has moved it")
        (message,) = world.json("dlq", "peek", "dev")["messages"]
        assert message["reason"] == "received more than maxReceiveCount times"
        assert message["source_arn"] == deployed.queue_arn
    finally:
        world.remove(deployed)


def test_only_matching_messages_are_shown_and_counted(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(12)), "no JSON at all", "[]")
    result = world.run("dlq", "peek", "dev", "--match", "customer == 'c-1'", "--limit", "100")
    assert result.stdout.count('"customer": "c-1"') == 4
    assert "Showing 4 of about 14 messages in dev-orders-dlq (14 received)." in result.stderr
    assert visible(world, orders.dead_letter_queue) == 14


def test_exported_messages_can_be_sent_again_unchanged(world: World, orders: Deployed, tmp_path: Path) -> None:
    attributes = {"b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}, "n": {"DataType": "Number", "StringValue": "1"}}
    world.fill(orders.dead_letter_queue, "ä\nb", MessageAttributes=attributes)
    path = tmp_path / "dead.jsonl"
    result = world.run("dlq", "peek", "dev", "--export", str(path))
    assert (result.returncode, result.stdout) == (0, "")
    assert f"queuesmith send dev --file {path}" in result.stderr
    assert world.run("send", "dev", "--file", str(path)).returncode == 0
    (message,) = world.contents(orders.queue)
    assert message["Body"] == "ä\nb"
    assert {
        name: value.get("BinaryValue", value.get("StringValue")) for name, value in message["MessageAttributes"].items()
    } == {
        "b": b"\x00\xff",
        "n": "1",
    }
    again = world.run("dlq", "peek", "dev", "--export", str(path))
    assert (again.returncode, again.stderr) == (2, f"error: --export {path}: this file exists. Specify a new file\n")


def test_fifo_groups_and_unseen_messages_are_shown(world: World, fifo: Deployed) -> None:
    for group in ("g1", "g2"):
        for number in range(12):
            world.fill(
                fifo.dead_letter_queue, f"{group}-{number}", MessageGroupId=group, MessageDeduplicationId=f"{group}{number}"
            )
    result = world.run("dlq", "peek", "--queue", "ship-parcels", "--region", REGION, "--limit", "50")
    assert " group g1" in result.stdout
    assert " group g2" in result.stdout
    assert "A FIFO queue returns only the first messages of each group." in result.stderr
    assert visible(world, fifo.dead_letter_queue) == 24


def test_peek_at_the_main_queue_warns_about_receive_attempts(world: World, orders: Deployed) -> None:
    world.fill(orders.queue, "mine")
    result = world.run("dlq", "peek", "dev", "--main")
    assert "  | mine" in result.stdout
    expected = "Reading dev-orders uses up a receive attempt of each message that is read: it counts toward maxReceiveCount."
    assert result.stderr.splitlines()[0] == expected
    assert visible(world, orders.queue) == 1


def test_control_characters_do_not_reach_the_terminal(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, "bad\tbody\u202e")
    lines = world.run("dlq", "peek", "dev").stdout.splitlines()
    assert lines[-1] == "  | bad\tbody\\u202e"


def test_peek_ends_even_if_the_queue_keeps_filling(world: World, orders: Deployed) -> None:
    """No message matches, and each response is followed by ten new messages."""
    world.fill(orders.dead_letter_queue, *map(body, range(30)))
    sqs: Any = world.client("sqs")

    def fill(_: Any) -> None:
        entries = [{"Id": str(number), "MessageBody": body(number)} for number in range(10)]
        sqs.send_message_batch(QueueUrl=orders.dead_letter_queue, Entries=entries)

    queue = find_queue(sqs, orders.dead_letter_queue)
    found = peek_messages(sqs, queue, limit=5, match=matcher("n < `0`"), on_progress=fill)
    assert (found.messages, found.left_invisible) == ([], 0)
    assert found.received < 300


def test_empty_dlq_is_exit_status_0(world: World, orders: Deployed) -> None:
    result = world.run("dlq", "peek", "dev")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "Showing 0 of about 0 messages in dev-orders-dlq (0 received).\n"


@pytest.mark.parametrize("expression", ["", " ", "customer ==", "]"])
def test_invalid_expression_is_exit_status_2(expression: str, world: World) -> None:
    result = world.run("dlq", "peek", "dev", "--match", expression)
    assert result.returncode == 2
    assert result.stderr.startswith("error: --match is not a JMESPath expression: ")
    assert result.stderr.count("\n") == 1


def test_interrupted_peek_makes_all_messages_visible(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(60)))
    with world.start("dlq", "peek", "dev", "--match", "n < `0`", program=("-c", SLOW)) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Received: 10/60")
        process.terminate()
        _, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130, errors
    assert visible(world, orders.dead_letter_queue) == 60


SLOW = """
import time
from queuesmith.operations.message_scan import QueueScan
receive = QueueScan._receive
QueueScan._receive = lambda self: (time.sleep(0.4), receive(self))[1]
from queuesmith.cli.app import main
main()
"""
"""The command, with an SQS that answers slowly."""


def test_python_function_returns_the_same(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(3)))
    sqs: Any = world.client("sqs")
    found = peek_messages(sqs, find_queue(sqs, "dev-orders-dlq"), limit=5, match=matcher("n > `0`"))
    assert sorted(json.loads(message.body)["n"] for message in found.messages) == [1, 2]

"""`queuesmith send` against the emulator: every message is accepted, or written to a file that can be sent again."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest

from tests.e2e.commands.world import Deployed, World

STRING_OR_NUMBER = "the type must be String or Number. Attributes of type Binary must be in a file"


def test_one_message_is_sent_with_its_attributes_and_its_delay(world: World, orders: Deployed) -> None:
    arguments = ("--body", '{"a": "ä"}', "--attribute", "kind=new", "--attribute", "count:Number=3")
    result = world.run("send", "dev", "orders", *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    world.run("send", "dev", "orders", "--body", "later", "--delay", "300")
    (message,) = world.contents(orders.queue)
    assert result.stdout == f"dev-orders: 1 message accepted, message id {message['MessageId']}\n"
    assert message["Body"] == '{"a": "ä"}'
    assert {name: value["StringValue"] for name, value in message["MessageAttributes"].items()} == {"kind": "new", "count": "3"}
    assert message["MessageAttributes"]["count"]["DataType"] == "Number"
    assert world.count(orders.queue) == 1


def test_each_line_of_a_file_is_sent_as_a_body_in_order(world: World, orders: Deployed, tmp_path: Path) -> None:
    bodies = [json.dumps({"n": number}) for number in range(23)]
    (tmp_path / "orders.jsonl").write_text("\n".join(bodies) + "\n\n")
    result = world.run("send", "dev", "--file", str(tmp_path / "orders.jsonl"))
    assert (result.returncode, result.stdout) == (0, "dev-orders: 23 messages accepted\n")
    assert result.stderr.endswith("Sent: 23/23\n")
    assert [message["Body"] for message in world.contents(orders.queue)] == bodies


def test_standard_input_accepts_exported_messages(world: World, orders: Deployed) -> None:
    attribute = {"DataType": "Binary", "BinaryValue": "AAEC"}
    line = json.dumps({"MessageBody": "exported", "MessageAttributes": {"blob": attribute}, "MessageId": "m", "Attributes": {}})
    assert world.run("send", "dev", "--file", "-", stdin=f"plain\n{line}\n".encode()).returncode == 0
    plain, exported = world.contents(orders.queue)
    assert (plain["Body"], exported["Body"]) == ("plain", "exported")
    assert exported["MessageAttributes"]["blob"]["BinaryValue"] == b"\x00\x01\x02"


def test_raw_lines_are_always_bodies(world: World, orders: Deployed) -> None:
    line = '{"MessageBody": "x"}'
    world.run("send", "dev", "--file", "-", "--raw", stdin=line.encode())
    assert [message["Body"] for message in world.contents(orders.queue)] == [line]


def test_a_mistake_in_the_last_line_sends_nothing(world: World, orders: Deployed) -> None:
    stdin = b"good\ngood\n" + json.dumps({"MessageBody": "x", "Groop": "g"}).encode()
    result = world.run("send", "dev", "--file", "-", stdin=stdin)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith('error: standard input, line 3: "Groop" is not a key of a message.')
    assert world.count(orders.queue) == 0


def test_json_accounts_for_every_message(world: World, orders: Deployed, tmp_path: Path) -> None:
    world.client("sqs").set_queue_attributes(QueueUrl=orders.queue, Attributes={"MaximumMessageSize": "1024"})
    rejected = tmp_path / "r.jsonl"
    document = world.json("send", "dev", "--file", "-", "--rejected", str(rejected), status=1, stdin=b"a\n" + b"y" * 2000)
    reasons = document.pop("reasons")
    assert document.pop("message_id")
    assert document == {
        "version": 2, "queue": "dev-orders", "total": 2, "accepted": 1, "refused": 1, "held_back": 0, "not_sent": 0,
        "possibly_sent": 0, "possibly_duplicated": 0, "failure": None, "rejected": 1, "rejected_file": str(rejected),
        "not_written": 0,
    }  # fmt: skip
    assert list(reasons.values()) == [1]


def test_equal_messages_for_a_fifo_queue_are_both_sent(world: World, fifo: Deployed) -> None:
    queue = ("--queue", "ship-parcels", "--region", "eu-central-1")
    for _ in range(2):
        assert world.run("send", *queue, "--body", "same", "--group", "g").returncode == 0
    assert len(world.contents(fifo.queue)) == 2
    for _ in range(2):
        world.run("send", *queue, "--body", "once", "--group", "g", "--deduplication-id", "o-1")
    assert len(world.contents(fifo.queue)) == 1


def test_a_message_without_a_group_is_refused_for_a_fifo_queue(world: World, fifo: Deployed) -> None:
    result = world.run("send", "--queue", "ship-parcels", "--region", "eu-central-1", "--body", "x")
    expected = "error: ship-parcels.fifo is a FIFO queue, so the message needs a message group: --group GROUP\n"
    assert (result.returncode, result.stderr) == (2, expected)


def test_fifo_file_with_a_line_without_a_group_sends_nothing(world: World, fifo: Deployed) -> None:
    queue = ("--queue", "ship-parcels", "--region", "eu-central-1")
    stdin = b'{"MessageBody": "a", "MessageGroupId": "g"}\nb\n'
    result = world.run("send", *queue, "--file", "-", stdin=stdin)
    assert result.returncode == 2
    assert result.stderr.startswith("error: standard input, line 2: MessageGroupId is missing, but the queue is a FIFO queue.")
    assert world.count(fifo.queue) == 0
    assert world.run("send", *queue, "--file", "-", "--group", "all", stdin=stdin).returncode == 0
    groups = [message["Attributes"]["MessageGroupId"] for message in world.contents(fifo.queue)]
    assert sorted(groups) == ["all", "g"]


def test_named_pipe_is_read_like_a_file(world: World, orders: Deployed, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=("a\nb\n",))
    writer.start()
    result = world.run("send", "dev", "--file", str(tmp_path / "pipe"))
    writer.join()
    assert (result.returncode, result.stdout) == (0, "dev-orders: 2 messages accepted\n")


def test_incomplete_character_is_refused_before_anything_is_sent(world: World, orders: Deployed) -> None:
    result = world.run("send", "dev", "--file", "-", stdin=b'good\n{"MessageBody": "\\ud800"}\n')
    assert result.returncode == 2
    assert (
        result.stderr
        == "error: standard input, line 2: it contains a lone surrogate (half of a character), which SQS does not accept\n"
    )
    assert world.run("send", "dev", "--body", "\udcff").returncode == 2
    assert world.count(orders.queue) == 0


def test_arn_of_another_region_is_refused(world: World, orders: Deployed) -> None:
    theirs = orders.queue_arn.replace("eu-central-1", "us-east-1")
    result = world.run("send", "--queue", theirs, "--region", "eu-central-1", "--body", "x")
    assert (result.returncode, result.stderr) == (
        2,
        "error: The options contain several regions: eu-central-1, us-east-1. Specify one\n",
    )
    other_account = orders.queue.replace("000000000000", "111111111111")
    result = world.run("send", "--queue", other_account, "--region", "eu-central-1", "--body", "x")
    expected = f'error: There is no queue "{other_account}" in eu-central-1, or you are not allowed to access it\n'
    assert (result.returncode, result.stderr) == (1, expected)
    assert world.count(orders.queue) == 0
    assert world.run("send", "--queue", orders.queue_arn, "--body", "x").returncode == 0  # the ARN names the region
    assert world.count(orders.queue) == 1


def test_rate_is_not_exceeded(world: World, orders: Deployed) -> None:
    begin = time.monotonic()
    world.run("send", "dev", "--file", "-", "--rate", "20", stdin=b"\n".join([b"x"] * 30))
    assert time.monotonic() - begin >= 1.4
    assert world.count(orders.queue) == 30


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Use either --body TEXT or --file FILE (- is standard input)"),
        (["--body", "x", "--file", "f"], "Use either --body TEXT or --file FILE (- is standard input)"),
        (["--body", ""], "--body is empty. SQS does not accept empty messages"),
        (["--file", "nowhere.jsonl"], "nowhere.jsonl cannot be read: No such file or directory"),
        (["--file", "-"], "standard input contains no messages"),
        (["--file", "-", "--delay", "5"], "--delay cannot be used with --file. Set it for each message in the file"),
        (["--body", "x", "--attribute", "a"], '--attribute is "a", but must be NAME=VALUE or NAME:Number=VALUE'),
        (["--body", "x", "--attribute", "a:Map=b"], f"--attribute a:Map=b: {STRING_OR_NUMBER}"),
    ],
)  # fmt: skip
def test_invalid_arguments_are_one_line_and_exit_status_2(
    arguments: list[str], message: str, world: World, orders: Deployed
) -> None:
    result = world.run("send", "dev", *arguments)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {message}\n")

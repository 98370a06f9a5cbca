"""`queuesmith send` with failures: messages that were not accepted are in a file that can be sent again."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from queuesmith.aws.connection import Connection
from queuesmith.aws.queues import find_queue
from queuesmith.operations.messages import Message
from queuesmith.operations.sending import send_messages
from tests.e2e.commands.failing_sqs import FailingSqs
from tests.e2e.commands.world import Deployed, World
from tests.waiting import TIMEOUT


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_refused_messages_go_to_a_file_and_the_rest_is_sent(world: World, orders: Deployed, tmp_path: Path) -> None:
    world.client("sqs").set_queue_attributes(QueueUrl=orders.queue, Attributes={"MaximumMessageSize": "1024"})
    (tmp_path / "mixed.jsonl").write_text("\n".join(["small", "x" * 2000, "small too"]))
    rejected = tmp_path / "not.jsonl"
    result = world.run("send", "dev", "--file", str(tmp_path / "mixed.jsonl"), "--rejected", str(rejected))
    assert (result.returncode, result.stdout) == (1, "dev-orders: 2 of 3 messages accepted\n")
    assert f"Messages that were not accepted are in {rejected}. Next: queuesmith send dev --file {rejected}" in result.stderr
    assert [line["MessageBody"] for line in lines(rejected)] == ["x" * 2000]
    world.client("sqs").set_queue_attributes(QueueUrl=orders.queue, Attributes={"MaximumMessageSize": "262144"})
    assert world.run("send", "dev", "--file", str(rejected)).returncode == 0
    assert sorted(len(message["Body"]) for message in world.contents(orders.queue)) == [5, 9, 2000]


def test_message_that_sqs_fails_to_accept_is_retried(world: World, orders: Deployed) -> None:
    sqs = FailingSqs(world.client("sqs"), send=lambda body, attempt: body == "b" and attempt < 3)
    sent = send_messages(sqs, find_queue(sqs.real, "dev-orders"), [Message("a"), Message("b"), Message("c")])
    assert (sent.accepted, sent.rejected) == (3, 0)
    assert sorted(message["Body"] for message in world.contents(orders.queue)) == ["a", "b", "c"]


def test_queue_deleted_midway_leaves_the_rest_in_the_file(world: World) -> None:
    deployed = world.deploy("dev-orders", "orders")
    sqs = world.client("sqs")
    queue, kept = find_queue(sqs, "dev-orders"), []

    def messages() -> Any:
        for number in range(30):
            if number == 15:
                sqs.delete_queue(QueueUrl=deployed.queue)
            yield Message(str(number))

    sent = send_messages(sqs, queue, messages(), on_rejected=lambda message, _: kept.append(message.body))
    assert (sent.total, sent.accepted, sent.not_sent) == (30, 10, 20)
    assert sent.failure is not None
    assert kept == [str(number) for number in range(10, 30)]
    deployed.queue = sqs.create_queue(QueueName="dev-orders")["QueueUrl"]
    world.remove(deployed)


def test_group_of_a_refused_message_is_not_sent(world: World, fifo: Deployed) -> None:
    sqs = FailingSqs(world.client("sqs"), send=lambda body, _: body == "a2")
    kept: list[str] = []
    given = [Message(f"{group}{number}", group=group) for number in range(1, 5) for group in ("a", "b")]
    sent = send_messages(
        sqs, find_queue(sqs.real, "ship-parcels.fifo"), given, on_rejected=lambda message, _: kept.append(message.body)
    )
    assert (sent.accepted, sent.refused, sent.held_back) == (5, 1, 2)
    assert kept == ["a2", "a3", "a4"]
    assert [message["Body"] for message in world.contents(fifo.queue)] == ["a1", "b1", "b2", "b3", "b4"]


def test_python_function_returns_fifo_messages_without_a_group(world: World, fifo: Deployed) -> None:
    sqs, kept = world.client("sqs"), []
    given = [Message("a", group="g"), Message("b"), Message("c", group="g")]
    sent = send_messages(sqs, find_queue(sqs, fifo.queue), given, on_rejected=lambda message, _: kept.append(message.body))
    assert (sent.total, sent.accepted, sent.refused, kept) == (3, 2, 1, ["b"])


def test_nothing_is_sent_if_the_rejects_file_cannot_be_created(world: World, orders: Deployed) -> None:
    result = world.run("send", "dev", "--body", "x", "--rejected", "nowhere/f")
    expected = (
        "error: nowhere/f cannot be created, because its folder is missing or not writable. Specify another file: "
        "--rejected FILE\n"
    )
    assert (result.returncode, result.stderr) == (2, expected)
    assert world.count(orders.queue) == 0


def test_messages_that_boto3_sent_again_are_counted(world: World, orders: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQS accepted the messages, but its response was lost. boto3 repeats the request on its own, without notice."""
    world.become(monkeypatch)
    sqs, lost = Connection(region="eu-central-1").client("sqs"), list[bool]()

    def lose_the_answer(request: Any, **_: Any) -> None:
        if b"SendMessageBatch" in request.headers.get("X-Amz-Target", b"") and not lost:
            lost.append(True)
            again: Any = URLLib3Session
            again(verify=str(world.emulator.endpoint.ca_bundle)).send(request)
            raise ConnectionClosedError(endpoint_url=request.url)

    sqs.meta.events.register("before-send.sqs", lose_the_answer)
    sent = send_messages(sqs, find_queue(sqs, "dev-orders"), [Message("a"), Message("b")])
    assert lost == [True]
    assert (sent.accepted, sent.possibly_duplicated, sent.rejected) == (2, 2, 0)
    assert world.count(orders.queue) == 4


@pytest.mark.parametrize("times", [1, 5], ids=["once", "again-and-again"])
def test_ctrl_c_finishes_the_batch_and_leaves_the_rest_in_the_file(
    times: int, world: World, orders: Deployed, tmp_path: Path
) -> None:
    (tmp_path / "many.jsonl").write_text("\n".join(f"m{number}" for number in range(500)))
    rejected = tmp_path / "left.jsonl"
    command = ("send", "dev", "--file", str(tmp_path / "many.jsonl"), "--rate", "50", "--json", "--rejected", str(rejected))
    with world.start(*command) as process:
        assert process.stderr is not None
        process.stderr.readline()  # the first progress line
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.02)
        output, errors = process.communicate(timeout=TIMEOUT)
    document = json.loads(output)
    assert process.returncode == 130, errors
    assert document["accepted"] + document["not_sent"] == 500
    assert 0 < document["accepted"] < 500
    sent = [message["Body"] for message in world.contents(orders.queue)]
    assert sent + [line["MessageBody"] for line in lines(rejected)] == [f"m{number}" for number in range(500)]


def test_existing_file_is_never_overwritten(world: World, orders: Deployed, tmp_path: Path) -> None:
    world.client("sqs").set_queue_attributes(QueueUrl=orders.queue, Attributes={"MaximumMessageSize": "1024"})
    (tmp_path / "there.jsonl").write_text("mine")
    result = world.run("send", "dev", "--body", "x", "--rejected", str(tmp_path / "there.jsonl"))
    assert result.returncode == 2
    (world.project.folder / "not-accepted.jsonl").write_text("mine too")
    try:
        result = world.run("send", "dev", "--file", "-", stdin=b"z" * 3000)
        assert "Messages that were not accepted are in not-accepted-2.jsonl." in result.stderr
        assert (world.project.folder / "not-accepted.jsonl").read_text() == "mine too"
    finally:
        world.forget_rejects()


def test_denied_send_names_the_action_and_the_queue(world: World, orders: Deployed, tmp_path: Path) -> None:
    keys: Any = world.user("reader", ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"], [orders.queue_arn])
    rejected = tmp_path / "denied.jsonl"
    result = world.run("send", "dev", "--body", "x", "--rejected", str(rejected), **keys)
    assert (result.returncode, result.stdout) == (1, "dev-orders: 0 of 1 message accepted\n")
    assert f"is not allowed to perform sqs:SendMessage on {orders.queue_arn}" in result.stderr
    assert [line["MessageBody"] for line in lines(rejected)] == ["x"]

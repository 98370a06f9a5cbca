"""`queuesmith dlq redrive` against the emulator, which has no move tasks: messages are copied, and none is lost."""

from __future__ import annotations

import json
import threading
from collections import Counter

from queuesmith.operations.redriving import redrive_messages
from queuesmith.operations.selecting import matcher
from tests.e2e.commands.dead_letters import bodies, body, queues, send_fifo
from tests.e2e.commands.world import REGION, Deployed, World


def test_all_messages_are_redriven_unchanged(world: World, orders: Deployed) -> None:
    attributes = {
        "kind": {"DataType": "String", "StringValue": "a"},
        "blob": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    world.fill(orders.dead_letter_queue, *map(body, range(24)))
    world.fill(orders.dead_letter_queue, "special", MessageAttributes=attributes)
    result = world.run("dlq", "redrive", "dev", "orders")
    assert (result.returncode, result.stdout) == (
        0,
        "25 of about 25 messages were moved from dev-orders-dlq to dev-orders (copied, then deleted)\n",
    )
    assert result.stderr.splitlines()[-1] == "Next: queuesmith status dev orders"
    found = {message["Body"]: message for message in world.contents(orders.queue)}
    assert sorted(found) == sorted([*map(body, range(24)), "special"])
    special = found["special"]
    assert special["MessageAttributes"]["kind"]["StringValue"] == "a"
    assert special["MessageAttributes"]["blob"]["BinaryValue"] == b"\x00\x01"
    assert world.count(orders.dead_letter_queue) == 0


def test_selection_is_redriven_and_the_rest_stays_visible(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(30)))
    document = world.json("dlq", "redrive", "dev", "--match", "kind == 'odd'", "--limit", "7")
    assert {key: document[key] for key in ("method", "state", "selected", "moved", "not_accepted", "possibly_duplicated")} == {
        "method": "copy", "state": "COMPLETED", "selected": 7, "moved": 7, "not_accepted": 0, "possibly_duplicated": [],
    }  # fmt: skip
    back, left = bodies(world, orders.queue), bodies(world, orders.dead_letter_queue)
    assert [json.loads(text)["kind"] for text in back] == ["odd"] * 7
    assert Counter(back + left) == Counter(map(body, range(30)))


def test_messages_are_redriven_by_id_and_missing_ids_are_reported(world: World, orders: Deployed) -> None:
    ids = world.fill(orders.dead_letter_queue, *map(body, range(5)))
    result = world.run("dlq", "redrive", "dev", "--message-id", ids[3], "--message-id", "nobody")
    assert result.returncode == 1
    assert "nobody was not found in dev-orders-dlq." in result.stderr
    assert bodies(world, orders.queue) == [body(3)]


def test_dry_run_moves_nothing_and_names_the_messages(world: World, orders: Deployed) -> None:
    ids = world.fill(orders.dead_letter_queue, *map(body, range(4)))
    result = world.run("dlq", "redrive", "dev", "--match", "kind == 'even'", "--dry-run")
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        "2 of about 4 messages would be moved from dev-orders-dlq to dev-orders", f"  {ids[0]}", f"  {ids[2]}",
    ]  # fmt: skip
    assert (world.count(orders.queue), len(bodies(world, orders.dead_letter_queue))) == (0, 4)


def test_dry_run_of_everything_receives_nothing(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(4)))
    document = world.json("dlq", "redrive", "dev", "--dry-run")
    assert (document["method"], document["selected"], document["received"], document["moved"]) == ("move task", 4, 0, 0)
    assert [message["Attributes"]["ApproximateReceiveCount"] for message in world.contents(orders.dead_letter_queue)] == [
        "1"
    ] * 4


def test_empty_expression_does_not_select_everything(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, body(1))
    result = world.run("dlq", "redrive", "dev", "--match", "")
    assert result.returncode == 2
    assert result.stderr.startswith("error: --match is not a JMESPath expression: ")
    assert world.count(orders.dead_letter_queue) == 1


def test_messages_in_flight_elsewhere_are_reported_as_left(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(4)))
    world.client("sqs").receive_message(QueueUrl=orders.dead_letter_queue, MaxNumberOfMessages=3, VisibilityTimeout=300)
    result = world.run("dlq", "redrive", "dev")
    assert result.returncode == 1
    assert result.stdout.startswith("1 of about 4 messages was moved")
    assert "Not returned by SQS: 3 messages. They are in flight elsewhere." in result.stderr


def test_empty_dlq_is_exit_status_0(world: World, orders: Deployed) -> None:
    result = world.run("dlq", "redrive", "dev")
    assert (result.returncode, result.stdout) == (0, "dev-orders-dlq is empty\n")


def test_no_match_is_reported(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, body(1), "no JSON")
    result = world.run("dlq", "redrive", "dev", "--match", "kind == 'even'")
    expected = "None of about 2 messages in dev-orders-dlq matches (2 received)\n"
    assert (result.returncode, result.stdout) == (0, expected)


def test_message_that_fails_again_immediately_does_not_loop(world: World, orders: Deployed) -> None:
    """A worker that fails messages immediately refills the DLQ during the redrive."""
    sqs, worked = world.client("sqs"), threading.Event()
    world.fill(orders.dead_letter_queue, *map(body, range(20)))

    def work() -> None:
        while not worked.is_set():
            for message in world.contents(orders.queue):
                sqs.send_message(QueueUrl=orders.dead_letter_queue, MessageBody=message["Body"])

    worker = threading.Thread(target=work)
    worker.start()
    try:
        done = redrive_messages(sqs, *queues(world, orders), rate=10)
    finally:
        worked.set()
        worker.join()
    assert (done.moved, done.is_complete) == (20, True)
    assert done.arrived_during_redrive > 0
    assert Counter(bodies(world, orders.queue) + bodies(world, orders.dead_letter_queue)) == Counter(map(body, range(20)))


def test_a_fifo_message_redriven_twice_within_five_minutes_arrives_twice(world: World, fifo: Deployed) -> None:
    """With the producer's deduplication id SQS would accept the copy and not deliver it. The original would be deleted."""
    send_fifo(world, fifo.queue, "p")
    for _ in range(2):
        (message,) = world.contents(fifo.queue)
        sent = {"MessageGroupId": "g", "MessageDeduplicationId": message["MessageId"]}  # as for a move to the DLQ
        world.fill(fifo.dead_letter_queue, message["Body"], **sent)
        done = world.json("dlq", "redrive", "--queue", "ship-parcels", "--region", REGION)
        assert done["moved"] == 1
    (message,) = world.contents(fifo.queue)
    assert (message["Body"], message["Attributes"]["MessageGroupId"]) == ("p", "g")


def test_fifo_redrive_preserves_the_order_of_each_group(world: World, fifo: Deployed) -> None:
    for number in range(6):
        for group in ("a", "b"):
            send_fifo(world, fifo.dead_letter_queue, f"{group}{number}", group=group)
    done = world.json("dlq", "redrive", "--queue", "ship-parcels", "--region", REGION)
    assert (done["moved"], done["received"]) == (12, 12)
    back = bodies(world, fifo.queue)
    assert {group: [text for text in back if text[0] == group] for group in "ab"} == {
        group: [f"{group}{number}" for number in range(6)] for group in "ab"
    }


def test_groups_of_a_standard_queue_are_preserved(world: World, orders: Deployed) -> None:
    sqs = world.client("sqs")
    world.fill(orders.dead_letter_queue, body(1), MessageGroupId="tenant-1")
    dead = {"QueueUrl": orders.dead_letter_queue, "MessageSystemAttributeNames": ["All"], "VisibilityTimeout": 0}
    (there,) = sqs.receive_message(**dead)["Messages"]
    assert there["Attributes"]["MessageGroupId"] == "tenant-1", "the emulator has dropped the group of a standard queue"
    redrive_messages(sqs, *queues(world, orders), match=matcher("n == `1`"))
    (message,) = world.contents(orders.queue)
    assert message["Attributes"]["MessageGroupId"] == "tenant-1"
    assert "MessageDeduplicationId" not in message["Attributes"]

"""`queuesmith dlq redrive` that fails, is stopped or is killed: no message is lost, and all are accounted for."""

from __future__ import annotations

import json
import signal
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from queuesmith.operations import message_scan as scan
from queuesmith.operations.redriving import RedriveResult, redrive_messages
from queuesmith.operations.selecting import matcher
from tests.e2e.commands.dead_letters import bodies, body, queues, send_fifo
from tests.e2e.commands.failing_sqs import FailingSqs
from tests.e2e.commands.world import REGION, Deployed, World
from tests.waiting import TIMEOUT


def test_messages_that_fail_during_the_redrive_do_not_end_it(
    world: World, orders: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes so long that messages which do not match become visible again before all were read."""
    monkeypatch.setattr(scan, "MINIMUM_INVISIBLE", 2)
    monkeypatch.setattr(scan, "SCAN_RATE", 1_000_000)
    world.fill(orders.dead_letter_queue, *map(body, range(60)))
    done = redrive_messages(world.client("sqs"), *queues(world, orders), match=matcher("kind == 'odd'"), rate=7)
    assert (done.selected, done.moved, done.received, done.is_complete) == (30, 30, 60, True)


def test_failure_midway_reports_all_counts(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(25)))

    class Deaf(FailingSqs):
        def receive_message(self, **arguments: Any) -> Any:
            self.calls = getattr(self, "calls", 0) + 1
            if self.calls == 3:
                raise EndpointConnectionError(endpoint_url="https://sqs")
            return self.real.receive_message(**arguments)

    done = redrive_messages(Deaf(world.client("sqs")), *queues(world, orders))
    assert (done.state, done.selected, done.moved, done.not_moved) == ("FAILED", 20, 20, 0)
    assert done.reasons[0].startswith("AWS cannot be reached")
    assert len(bodies(world, orders.dead_letter_queue)) == 5


def test_messages_that_the_queue_refuses_stay_in_the_dlq(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, "small", "x" * 2000)
    world.client("sqs").set_queue_attributes(QueueUrl=orders.queue, Attributes={"MaximumMessageSize": "1024"})
    result = world.run("dlq", "redrive", "dev")
    assert result.returncode == 1
    assert (
        "Not accepted by dev-orders (or behind such a message in its group), and still in the DLQ: 1 message" in result.stderr
    )
    assert bodies(world, orders.queue) == ["small"]
    assert bodies(world, orders.dead_letter_queue) == ["x" * 2000]


def test_partly_failed_send_loses_nothing(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(20)))
    sqs = FailingSqs(
        world.client("sqs"), send=lambda text, attempt: json.loads(text)["n"] % 5 == 0 and (attempt < 3 or text == body(10))
    )
    done = redrive_messages(sqs, *queues(world, orders))
    assert (done.moved, done.not_accepted, done.possibly_duplicated) == (19, 1, [])
    assert done.reasons == ["the service failed (InternalError)"]
    assert Counter(bodies(world, orders.queue)) == Counter(body(number) for number in range(20) if number != 10)
    assert bodies(world, orders.dead_letter_queue) == [body(10)]


def test_temporarily_failing_delete_is_retried(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(10)))
    done = redrive_messages(FailingSqs(world.client("sqs"), delete=lambda _, attempt: attempt < 3), *queues(world, orders))
    assert (done.moved, done.is_complete) == (10, True)
    assert world.count(orders.dead_letter_queue) == 0


def test_failed_delete_is_counted_as_a_possible_duplicate(world: World, orders: Deployed) -> None:
    ids = world.fill(orders.dead_letter_queue, *map(body, range(3)))
    first = {"handle": ""}

    def fails(handle: str, _: int) -> bool:
        first["handle"] = first["handle"] or handle
        return handle == first["handle"]

    done = redrive_messages(FailingSqs(world.client("sqs"), delete=fails), *queues(world, orders))
    assert (done.moved, done.possibly_duplicated, done.is_complete) == (2, [ids[0]], False)
    assert done.reasons == ["copied to the queue, but not deleted from the DLQ"]
    assert Counter(bodies(world, orders.queue)) == Counter(map(body, range(3)))
    assert bodies(world, orders.dead_letter_queue) == [body(0)]


@pytest.mark.parametrize("dlq", ["dead_letter_queue", "dead_letter_arn", None], ids=["url", "arn", "name"])
def test_queue_is_not_redriven_to_itself_under_any_name(dlq: str | None, world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, body(0))
    named = getattr(orders, dlq) if dlq else "dev-orders-dlq"
    result = world.run("dlq", "redrive", "--queue", "dev-orders-dlq", "--dlq", named, "--region", REGION)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: dev-orders-dlq is both the DLQ and the queue of this redrive")
    assert bodies(world, orders.dead_letter_queue) == [body(0)]


def test_denied_delete_leaves_at_most_one_batch_in_both_queues(world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(25)))
    look = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:SendMessage"]
    keys: Any = world.user("half", look, [orders.queue_arn, orders.dead_letter_arn])
    result = world.run("dlq", "redrive", "dev", "--limit", "100", "--json", **keys)
    document = json.loads(result.stdout)
    assert result.returncode == 1
    assert (document["state"], document["moved"], len(document["possibly_duplicated"])) == ("FAILED", 0, 10)
    assert f"is not allowed to perform sqs:DeleteMessage on {orders.dead_letter_arn}" in " ".join(document["reasons"])
    assert len(bodies(world, orders.queue)) == 10
    assert len(bodies(world, orders.dead_letter_queue)) == 25


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_interrupted_redrive_ends_gracefully_with_counts(number: signal.Signals, world: World, orders: Deployed) -> None:
    world.fill(orders.dead_letter_queue, *map(body, range(200)))
    with world.start("dlq", "redrive", "dev", "orders", "--rate", "20", "--json") as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(number)
        output, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130, errors
    document = json.loads(output)
    back, left = bodies(world, orders.queue), bodies(world, orders.dead_letter_queue)
    assert (document["state"], document["moved"], document["possibly_duplicated"]) == ("CANCELLED", len(back), [])
    assert 0 < len(back) < 200
    assert Counter(back + left) == Counter(map(body, range(200)))


def test_killed_redrive_loses_nothing_and_duplicates_at_most_one_batch(world: World, orders: Deployed) -> None:
    sqs = world.client("sqs")
    world.fill(orders.dead_letter_queue, *map(body, range(200)))
    with world.start("dlq", "redrive", "dev", "orders", "--rate", "20") as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.kill()
        process.communicate(timeout=TIMEOUT)
    assert process.returncode == -signal.SIGKILL
    back = bodies(world, orders.queue)
    hidden = world.count(orders.dead_letter_queue)  # they become visible again when their visibility timeout ends
    assert 0 < len(back) < 200
    assert 200 <= len(back) + hidden <= 210
    sqs.purge_queue(QueueUrl=orders.dead_letter_queue)


def test_fifo_group_stays_behind_a_refused_message(world: World, fifo: Deployed) -> None:
    for number in range(3):
        for group in ("a", "b"):
            send_fifo(world, fifo.dead_letter_queue, f"{group}{number}", group=group)
    sqs = FailingSqs(world.client("sqs"), send=lambda text, _: text == "a0")
    done: RedriveResult = redrive_messages(sqs, *queues(world, fifo))
    assert done.not_accepted >= 1
    assert bodies(world, fifo.queue) == ["b0", "b1", "b2"]
    assert bodies(world, fifo.dead_letter_queue) == ["a0", "a1", "a2"]

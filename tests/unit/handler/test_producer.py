"""Sending messages: typed, in batches, with groups, and with a report about those that were not sent."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from queuesmith_worker import HandlerSettings, Producer, SendError, Worker, producer
from queuesmith_worker.testing import QUEUE_URL, FakeLambda, FakeSqs, SqsMessage
from tests.conftest import ROOT

FIFO_URL = f"{QUEUE_URL}.fifo"
NO_FIELD = "but Order has no such field. Its fields: order_id, account, text"


class Order(BaseModel):
    order_id: str
    account: str = "a"
    text: str = Field(default="", alias="the-text")


def orders(count: int, accounts: str = "a") -> list[Order]:
    return [Order(order_id=f"o{number}", account=accounts[number % len(accounts)]) for number in range(count)]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producer, "FIRST_PAUSE", 0)
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)


def sender(sqs: FakeSqs, url: str = QUEUE_URL, **options: Any) -> Producer[Order]:
    return Producer(Order, url, client=sqs.client, **options)


def batches(sqs: FakeSqs) -> list[list[str]]:
    """The order ids in each request."""
    return [
        [json.loads(entry["MessageBody"])["order_id"] for entry in request["Entries"]] for request in sqs.of("SendMessageBatch")
    ]


def test_message_is_sent_with_group_deduplication_and_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3")
    sqs = FakeSqs()
    orders_queue = sender(sqs, FIFO_URL, group="account", deduplication=lambda order: f"d-{order.order_id}")
    assert orders_queue.send(Order(order_id="o1")) == "copy"
    (request,) = sqs.of("SendMessage")
    assert request == {
        "QueueUrl": FIFO_URL,
        "MessageBody": '{"order_id":"o1","account":"a","the-text":""}',
        "MessageGroupId": "a",
        "MessageDeduplicationId": "d-o1",
        "MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-2-3"}},
    }


@pytest.mark.parametrize(
    ("kind", "message"), [(Order, Order(order_id="o")), (str, "text"), (bytes, b"\xff"), (dict[str, int], {"a": 1}), (int, 3)]
)
def test_worker_gets_the_message_that_was_sent(kind: Any, message: Any, fake_lambda: FakeLambda) -> None:
    Producer(kind, QUEUE_URL, client=fake_lambda.sqs.client).send(message)
    (request,) = fake_lambda.sqs.of("SendMessage")
    seen: list[Any] = []
    worker = Worker(kind, seen.append, HandlerSettings.from_environment({}))
    fake_lambda.invoke(worker, SqsMessage(request["MessageBody"])).assert_outcomes("Processed")
    assert seen == [message]


def test_many_messages_are_sent_in_batches_of_ten() -> None:
    sqs = FakeSqs()
    assert sender(sqs).send_many(orders(25)) == [f"sent-{number}" for number in range(25)]
    assert [len(batch) for batch in batches(sqs)] == [10, 10, 5]
    assert sender(sqs).send_many([]) == []


def test_batches_stay_below_the_size_limit() -> None:
    sqs = FakeSqs()
    large = [Order(order_id=f"o{number}", **{"the-text": "x" * 400_000}) for number in range(4)]
    sender(sqs).send_many([*large, *orders(1)])
    assert [len(batch) for batch in batches(sqs)] == [3, 2]
    with pytest.raises(
        ValueError, match=r"^message 1 has 1,048,6\d\d bytes, but without large_messages_bucket only 1,048,576$"
    ):
        sender(sqs).send_many([*orders(1), Order(order_id="o", **{"the-text": "x" * 1_048_576})])
    assert len(batches(sqs)) == 2, "nothing was sent"


def test_refused_entries_are_sent_again() -> None:
    refusals = ["o1", "o1", "o4"]

    def refuse(operation: str, request: dict[str, Any]) -> bool:
        if operation != "SendMessageBatchRequestEntry":
            return False
        order_id = json.loads(request["MessageBody"])["order_id"]
        if order_id in refusals:
            refusals.remove(order_id)
            return True
        return False

    sqs = FakeSqs(refuse, code="InternalError")
    assert sender(sqs).send_many(orders(5)) == [f"sent-{number}" for number in range(5)]
    assert batches(sqs) == [["o0", "o1", "o2", "o3", "o4"], ["o1", "o4"], ["o1"]]


def refusing(order_id: str) -> FakeSqs:
    return FakeSqs(
        lambda operation, request: operation.endswith("Entry") and f'"{order_id}"' in request["MessageBody"], "InternalError"
    )


def test_messages_that_were_not_sent_are_reported() -> None:
    sqs = refusing("o1")
    with pytest.raises(SendError) as error:
        sender(sqs).send_many(orders(3))
    assert str(error.value) == "1 of 3 messages were not sent. The first one: InternalError: refused"
    assert error.value.sent == ["sent-0", "sent-2"]
    assert [each.message.order_id for each in error.value.unsent] == ["o1"]
    assert len(batches(sqs)) == 3


def test_order_within_a_group_is_kept() -> None:
    sqs = FakeSqs()
    sender(sqs, FIFO_URL, group="account").send_many(orders(6, "aab"))
    assert batches(sqs) == [["o0", "o2"], ["o1", "o5"], ["o3"], ["o4"]]


def test_messages_behind_an_unsent_one_of_their_group_are_not_sent() -> None:
    sqs = refusing("o0")
    with pytest.raises(SendError) as error:
        sender(sqs, FIFO_URL, group="account").send_many(orders(6, "aab"))
    assert [(each.message.order_id, each.reason) for each in error.value.unsent] == [
        ("o0", "InternalError: refused"),
        *((order_id, "an earlier message of its message group was not sent") for order_id in ("o1", "o3", "o4")),
    ]
    assert error.value.sent == ["sent-2", "sent-5"]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from("abc"), max_size=25), st.sets(st.integers(0, 24)), st.booleans())
def test_every_message_is_sent_once_or_reported(accounts: list[str], refused: set[int], fifo: bool) -> None:
    ids = {f'"o{number}"' for number in refused}
    sqs = FakeSqs(
        lambda operation, request: operation.endswith("Entry") and any(each in request["MessageBody"] for each in ids)
    )
    messages = [Order(order_id=f"o{number}", account=account) for number, account in enumerate(accounts)]
    unsent: list[str] = []
    try:
        sender(sqs, FIFO_URL if fifo else QUEUE_URL, group="account").send_many(messages)
    except SendError as error:
        unsent = [each.message.order_id for each in error.unsent]
    sent = [json.loads(entry["MessageBody"])["order_id"] for entry in sqs.sent]
    assert sorted([*sent, *unsent]) == sorted(order.order_id for order in messages)
    if fifo:
        for account in "abc":
            of_group = [order.order_id for order in messages if order.account == account]
            assert [each for each in sent if each in of_group] == of_group[: len([each for each in sent if each in of_group])]


def test_lost_response_is_reported_and_not_repeated() -> None:
    def lose(*_: object) -> bool:
        raise ReadTimeoutError(endpoint_url="https://sqs")

    with pytest.raises(SendError, match=r"^2 of 2 messages were not sent. The first one: ReadTimeoutError: "):
        sender(FakeSqs(lose)).send_many(orders(2))
    with pytest.raises(SendError) as error:
        sender(FakeSqs(lose)).send_many(orders(12))
    assert [each.reason.partition(":")[0] for each in error.value.unsent] == [
        *["ReadTimeoutError"] * 10,
        *["an earlier request had no response"] * 2,
    ]
    sqs = FakeSqs()
    sqs.refuse("SendMessage")
    with pytest.raises(ClientError):
        sender(sqs).send(Order(order_id="o"))


@pytest.mark.parametrize(
    ("url", "options", "problem"),
    [
        (FIFO_URL, {}, "the queue orders.fifo is FIFO, but group is not set: set it to a field"),
        (QUEUE_URL, {"group": "acount"}, f"group is 'acount', {NO_FIELD}"),
        (QUEUE_URL, {"deduplication": "no"}, f"deduplication is 'no', {NO_FIELD}"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused_at_the_start(url: str, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole text is compared
        sender(FakeSqs(), url, **options)
    assert str(error.value) == problem


def test_message_of_another_class_is_refused() -> None:
    sqs = FakeSqs()
    with pytest.raises(TypeError, match=r"^this Producer sends Order, but the message is a dict$"):
        sender(sqs).send({"order_id": "o"})  # type: ignore[arg-type]
    assert sqs.requests == []


def test_toolkit_loads_the_producer_only_if_it_is_used() -> None:
    code = "import sys, queuesmith_worker as w; print('boto3' in sys.modules); w.Producer; print('boto3' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "False\nTrue\n"

"""Batches that SQS takes, and what is done with those it does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from queuesmith import batches as module
from queuesmith.batches import BATCH_BYTES, ENTRIES, Sender, batches
from queuesmith.messages import Message
from queuesmith.send import send
from tests.unit.operator.conftest import DESTINATION

ACCEPTED = {"MessageId": "new", "MD5OfMessageBody": "x"}


def answer(accepted: Sequence[int], failed: Sequence[int] = (), *, sender: bool = False) -> dict[str, Any]:
    failures = [{"Id": str(each), "Code": "Broken", "Message": "it broke", "SenderFault": sender} for each in failed]
    return {"Successful": [{"Id": str(each), **ACCEPTED} for each in accepted], "Failed": failures}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 120_000)), max_size=60), st.booleans())
def test_batches_keep_the_order_and_the_limits(given_messages: list[tuple[str, int]], fifo: bool) -> None:
    messages = [Message("x" * size, group=group) for group, size in given_messages]
    made = list(batches(messages, fifo=fifo))
    assert [message for batch in made for message in batch] == messages
    for batch in made:
        assert 1 <= len(batch) <= ENTRIES
        assert len(batch) == 1 or sum(message.size for message in batch) <= BATCH_BYTES
        assert not fifo or len({message.group for message in batch}) == len(batch)


def test_only_what_failed_is_sent_again(sqs: Any, stub: Stubber) -> None:
    stub.add_response("send_message_batch", answer([0, 2], [1]), None)
    again = {"QueueUrl": DESTINATION.url, "Entries": [{"Id": "1", "MessageBody": "b"}]}
    stub.add_response("send_message_batch", answer([1]), again)
    assert Sender(sqs, DESTINATION.url).send([Message("a"), Message("b"), Message("c")]) == [None, None, None]


def test_what_is_the_senders_fault_is_not_tried_again(sqs: Any, stub: Stubber) -> None:
    stub.add_response("send_message_batch", answer([0], [1], sender=True), None)
    first, second = Sender(sqs, DESTINATION.url).send([Message("a"), Message("b")])
    assert (first, str(second)) == (None, "it broke (Broken)")


def test_after_five_attempts_it_is_given_up(sqs: Any, stub: Stubber) -> None:
    for _ in range(5):
        stub.add_response("send_message_batch", answer([], [0]), None)
    assert str(Sender(sqs, DESTINATION.url).send([Message("a")])[0]) == "it broke (Broken)"


@pytest.mark.parametrize(
    "code", ["AWS.SimpleQueueService.BatchRequestTooLong", "InvalidMessageContents", "InvalidParameterValue"]
)
def test_a_message_that_spoils_its_batch_is_found(code: str, sqs: Any, stub: Stubber) -> None:
    stub.add_client_error("send_message_batch", code, "no such characters")
    stub.add_response("send_message_batch", answer([0]), None)
    stub.add_client_error("send_message_batch", code, "no such characters")
    stub.add_response("send_message_batch", answer([2]), None)
    refusals = Sender(sqs, DESTINATION.url).send([Message("a"), Message("\x00"), Message("c")])
    assert list(map(str, refusals)) == ["None", f"no such characters ({code.rpartition('.')[2]})", "None"]


def test_a_message_of_which_sqs_says_nothing_counts_as_refused(sqs: Any, stub: Stubber) -> None:
    stub.add_response("send_message_batch", answer([0]), None)
    assert (
        str(Sender(sqs, DESTINATION.url).send([Message("a"), Message("b")])[1])
        == "SQS did not say what became of it (NoAnswer)"
    )


def test_a_refusal_of_the_whole_request_is_raised(sqs: Any, stub: Stubber) -> None:
    stub.add_client_error("send_message_batch", "AccessDenied")
    with pytest.raises(ClientError):
        Sender(sqs, DESTINATION.url).send([Message("a")])


def test_messages_on_a_connection_that_broke_may_have_arrived() -> None:
    class Broken:
        def send_message_batch(self, **_: Any) -> None:
            raise EndpointConnectionError(endpoint_url="https://sqs")

    kept: list[str] = []
    messages = [Message(str(number)) for number in range(15)]
    sent = send(Broken(), DESTINATION, messages, on_rejected=lambda message, _: kept.append(message.body))
    assert (sent.given, sent.accepted, sent.not_sent, sent.perhaps_sent) == (15, 0, 15, 10)
    assert kept == [message.body for message in messages]

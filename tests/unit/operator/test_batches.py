"""Batches that SQS accepts, and the handling of entries that it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from queuesmith.operations import rate_limit
from queuesmith.operations.batches import BATCH_BYTES, ENTRIES, BatchSender, SendOutcome, split_into_batches
from queuesmith.operations.messages import Message
from queuesmith.operations.redriving import redrive_messages
from queuesmith.operations.sending import send_messages
from tests.unit.operator.conftest import DESTINATION, SOURCE

ACCEPTED = {"MessageId": "new", "MD5OfMessageBody": "x"}


def answer(accepted: Sequence[int], failed: Sequence[int] = (), *, sender: bool = False) -> dict[str, Any]:
    failures = [{"Id": str(each), "Code": "Broken", "Message": "it broke", "SenderFault": sender} for each in failed]
    return {"Successful": [{"Id": str(each), **ACCEPTED} for each in accepted], "Failed": failures}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "LONGEST_PAUSE", 0.0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 120_000)), max_size=60), st.booleans())
def test_batches_keep_the_order_and_the_limits(given_messages: list[tuple[str, int]], fifo: bool) -> None:
    messages = [Message("x" * size, group=group) for group, size in given_messages]
    made = list(split_into_batches(messages, fifo=fifo))
    assert [message for batch in made for message in batch] == messages
    for batch in made:
        assert 1 <= len(batch) <= ENTRIES
        assert len(batch) == 1 or sum(message.size for message in batch) <= BATCH_BYTES
        assert not fifo or len({message.group for message in batch}) == len(batch)


def test_only_failed_messages_are_sent_again(sqs: Any, stub: Stubber) -> None:
    stub.add_response("send_message_batch", answer([0, 2], [1]), None)
    again = {"QueueUrl": DESTINATION.url, "Entries": [{"Id": "1", "MessageBody": "b"}]}
    stub.add_response("send_message_batch", answer([1]), again)
    sender = BatchSender(sqs, DESTINATION.url)
    assert statuses(sender.send([Message("a"), Message("b"), Message("c")])) == ["accepted"] * 3
    assert sender.failure is None


def test_sender_faults_are_not_retried(sqs: Any, stub: Stubber) -> None:
    stub.add_response("send_message_batch", answer([0], [1], sender=True), None)
    first, second = BatchSender(sqs, DESTINATION.url).send([Message("a"), Message("b")])
    assert (first.status, second.status, second.reason) == ("accepted", "refused", "it broke (Broken)")


def test_message_is_given_up_after_five_attempts(sqs: Any, stub: Stubber) -> None:
    for _ in range(5):
        stub.add_response("send_message_batch", answer([], [0]), None)
    (outcome,) = BatchSender(sqs, DESTINATION.url).send([Message("a")])
    assert (outcome.status, outcome.reason) == ("refused", "it broke (Broken)")


@pytest.mark.parametrize(
    "code", ["AWS.SimpleQueueService.BatchRequestTooLong", "InvalidMessageContents", "InvalidParameterValue"]
)
def test_message_that_makes_its_batch_invalid_is_found(code: str, sqs: Any, stub: Stubber) -> None:
    stub.add_client_error("send_message_batch", code, "no such characters")
    stub.add_response("send_message_batch", answer([0]), None)
    stub.add_client_error("send_message_batch", code, "no such characters")
    stub.add_response("send_message_batch", answer([2]), None)
    outcomes = BatchSender(sqs, DESTINATION.url).send([Message("a"), Message("\x00"), Message("c")])
    assert statuses(outcomes) == ["accepted", "refused", "accepted"]
    assert outcomes[1].reason == f"no such characters ({code.rpartition('.')[2]})"


@pytest.mark.parametrize(("accepted", "failed"), [([0], []), ([0, 1], [1])], ids=["neither", "both"])
def test_message_without_a_clear_result_is_unconfirmed(accepted: list[int], failed: list[int], sqs: Any, stub: Stubber) -> None:
    stub.add_response("send_message_batch", answer(accepted, failed), None)
    kept: list[tuple[str, str]] = []
    messages = [Message("a"), Message("b")]
    sent = send_messages(sqs, DESTINATION, messages, on_rejected=lambda message, why: kept.append((message.body, why)))
    assert (sent.accepted, sent.not_sent, sent.possibly_sent, sent.failure) == (1, 1, 1, None)
    assert kept == [("b", "SQS's response does not say whether it accepted the message")]


def test_sent_messages_stay_sent_if_a_later_request_is_refused(sqs: Any, stub: Stubber) -> None:
    stub.add_response("send_message_batch", answer([0, 2], [1]), None)
    stub.add_client_error("send_message_batch", "AccessDenied")
    sender = BatchSender(sqs, DESTINATION.url)
    outcomes = sender.send([Message("a"), Message("b"), Message("c")])
    assert statuses(outcomes) == ["accepted", "not sent", "accepted"]
    assert sender.failure == outcomes[1].reason
    assert sender.failure.startswith("Access denied")


@pytest.mark.parametrize("code", ["RequestThrottled", "RequestThrottledException", "KmsThrottled", "KMS.ThrottlingException"])
def test_throttled_requests_are_retried(code: str, sqs: Any, stub: Stubber) -> None:
    stub.add_client_error("send_message_batch", code)
    stub.add_response("send_message_batch", answer([0]), None)
    assert statuses(BatchSender(sqs, DESTINATION.url).send([Message("a")])) == ["accepted"]


def test_messages_after_an_error_of_the_queue_are_not_sent(sqs: Any, stub: Stubber) -> None:
    stub.add_client_error("send_message_batch", "InvalidMessageContents")
    stub.add_response("send_message_batch", answer([0]), None)
    stub.add_client_error("send_message_batch", "QueueDoesNotExist")
    outcomes = BatchSender(sqs, DESTINATION.url).send([Message("a"), Message("b"), Message("c")])
    assert statuses(outcomes) == ["accepted", "not sent", "not sent"]


def test_messages_on_a_broken_connection_are_unconfirmed() -> None:
    class Broken:
        def send_message_batch(self, **_: Any) -> None:
            raise EndpointConnectionError(endpoint_url="https://sqs")

    kept: list[str] = []
    messages = [Message(str(number)) for number in range(15)]
    sent = send_messages(Broken(), DESTINATION, messages, on_rejected=lambda message, _: kept.append(message.body))
    assert (sent.total, sent.accepted, sent.not_sent, sent.possibly_sent) == (15, 0, 15, 10)
    assert kept == [message.body for message in messages]


def test_redrive_on_a_broken_connection_names_possible_duplicates() -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            answers: dict[str, Any] = {
                "get_queue_attributes": {"Attributes": {"ApproximateNumberOfMessages": "2"}},
                "receive_message": {"Messages": [{"MessageId": each, "ReceiptHandle": each, "Body": each} for each in "ab"]},
                "change_message_visibility_batch": {"Failed": []},
            }

            def call(**_: Any) -> Any:
                if name == "send_message_batch":
                    raise EndpointConnectionError(endpoint_url="https://sqs")
                return answers[name]

            return call

    done = redrive_messages(Broken(), SOURCE, DESTINATION, limit=5)
    assert (done.state, done.selected, done.moved, done.not_moved, done.possibly_duplicated) == ("FAILED", 2, 0, 0, ["a", "b"])


def test_each_message_has_one_result_however_requests_fail(sqs: Any, stub: Stubber) -> None:
    stub.add_response("send_message_batch", answer([], [0, 1, 2]), None)
    stub.add_client_error("send_message_batch", "InvalidParameterValue")
    stub.add_response("send_message_batch", answer([0]), None)
    stub.add_client_error("send_message_batch", "AccessDenied")
    outcomes = BatchSender(sqs, DESTINATION.url).send([Message("a"), Message("b"), Message("c")])
    assert statuses(outcomes) == ["accepted", "not sent", "not sent"]


@pytest.mark.parametrize(("code", "attempts"), [("InternalError", 1), ("ServiceUnavailable", 5)])
def test_messages_are_unconfirmed_after_a_server_error(code: str, attempts: int, sqs: Any, stub: Stubber) -> None:
    for _ in range(attempts):
        stub.add_client_error("send_message_batch", code, http_status_code=503)
    sender = BatchSender(sqs, DESTINATION.url)
    assert statuses(sender.send([Message("a"), Message("b")])) == ["unconfirmed", "unconfirmed"]
    assert sender.failure is not None


def test_messages_sent_after_a_server_error_may_be_duplicated(sqs: Any, stub: Stubber) -> None:
    stub.add_client_error("send_message_batch", "ServiceUnavailable", http_status_code=503)
    stub.add_response("send_message_batch", answer([0]), None)
    (outcome,) = BatchSender(sqs, DESTINATION.url).send([Message("a")])
    assert (outcome.status, outcome.has_lost_response) == ("accepted", True)


def statuses(outcomes: Sequence[SendOutcome]) -> list[str]:
    return [outcome.status for outcome in outcomes]

"""Bodies that are no JSON object of one class: texts, bytes, unions, and messages in an envelope."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from aws_lambda_powertools.utilities.parser.envelopes import EventBridgeEnvelope, SnsEnvelope, SnsSqsEnvelope
from aws_lambda_powertools.utilities.parser.models import S3Model
from pydantic import BaseModel, Field

from queuesmith_worker import HandlerSettings, Worker
from queuesmith_worker.testing import DLQ_URL, FakeLambda, eventbridge_event, sns_notification, sqs_event

SETTINGS = HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL})


class Card(BaseModel):
    kind: Literal["card"]
    number: int


class Cash(BaseModel):
    kind: Literal["cash"]


@dataclass
class Point:
    x: int


Payment = Annotated[Card | Cash, Field(discriminator="kind")]
BAD_NUMBER = {"kind": "card", "number": "4111-secret"}


def received(function: FakeLambda, kind: Any, *bodies: Any, **more: Any) -> tuple[list[Any], list[str | None]]:
    """The messages that the worker's function gets, and the reasons of the others."""
    seen: list[Any] = []
    result = function.invoke(Worker(kind, seen.append, SETTINGS, **more), *bodies)
    return seen, [message.reason for message in result.messages if message.reason]


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        (str, "no JSON", "no JSON"),
        (str, "", ""),
        (bytes, b"\x00\xff", b"\x00\xff"),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (list[Point], '[{"x": 3}]', [Point(3)]),
        (Payment, {"kind": "cash"}, Cash(kind="cash")),
        (Card | Cash, {"kind": "card", "number": 3}, Card(kind="card", number=3)),
        (int, "3", 3),
    ],
)
def test_message_can_have_any_type(fake_lambda: FakeLambda, kind: Any, body: Any, message: Any) -> None:
    assert received(fake_lambda, kind, body) == ([message], [])


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        (bytes, "no base64!", "the body is not base64"),
        (bytes, "é", "the body is not base64"),
        (Payment, BAD_NUMBER, "*.number: Input should be a valid integer, unable to parse string as an integer"),
        (Payment, {"kind": "4111-secret"}, "'kind' must be one of 'card', 'cash'"),
        (list[Point], [{"x": "secret"}], "0.x: Input should be a valid integer, unable to parse string as an integer"),
        (dict[str, int], {"4111-secret": "x"}, "*: Input should be a valid integer, unable to parse string as an integer"),
        (int, "secret", "Invalid JSON: expected value at line 1 column 1"),
    ],
)
def test_wrong_body_is_described_without_its_values(fake_lambda: FakeLambda, kind: Any, body: Any, reason: str) -> None:
    seen, reasons = received(fake_lambda, kind, body)
    assert (seen, reasons) == ([], [f"InvalidMessageError: {reason}"])
    assert [copy.reason for copy in fake_lambda.sqs.dead_letters] == reasons


def test_sns_notification_is_unwrapped(fake_lambda: FakeLambda) -> None:
    good, bad = sns_notification({"kind": "card", "number": 3}), sns_notification(BAD_NUMBER)
    seen, reasons = received(fake_lambda, Card, good, bad, {"kind": "card"}, "no JSON", envelope=SnsSqsEnvelope)
    assert seen == [Card(kind="card", number=3)]
    assert reasons[0] == "InvalidMessageError: number: Input should be a valid integer, unable to parse string as an integer"
    assert str(reasons[1]).startswith("InvalidMessageError: TopicArn: Field required; ")
    assert str(reasons[2]).startswith("InvalidMessageError: Invalid JSON: ")
    assert len(fake_lambda.sqs.dead_letters) == 3


def test_eventbridge_event_is_unwrapped(fake_lambda: FakeLambda) -> None:
    good, bad = eventbridge_event({"kind": "cash"}), eventbridge_event(BAD_NUMBER)
    seen, reasons = received(fake_lambda, Payment, good, bad, "no JSON", "3", envelope=EventBridgeEnvelope)
    assert seen == [Cash(kind="cash")]
    assert "number: Input should be a valid integer" in str(reasons[0])
    assert all(str(each).startswith("InvalidMessageError: ") for each in reasons)
    assert len(reasons) == 3
    assert "4111" not in json.dumps(reasons)


def test_s3_notification_is_a_message_of_powertools(fake_lambda: FakeLambda) -> None:
    content = {
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1", "eventTime": "2026-11-29T12:00:00Z",
        "eventName": "ObjectCreated:Put", "userIdentity": {"principalId": "p"},
        "requestParameters": {"sourceIPAddress": "10.0.0.1"},
        "responseElements": {"x-amz-request-id": "r", "x-amz-id-2": "i"},
        "s3": {
            "s3SchemaVersion": "1.0", "configurationId": "c",
            "bucket": {"name": "b", "ownerIdentity": {"principalId": "p"}, "arn": "arn:aws:s3:::b"},
            "object": {"key": "a.txt", "size": 3, "eTag": "e", "sequencer": "s"},
        },
    }  # fmt: skip
    seen, reasons = received(fake_lambda, S3Model, {"Records": [content]})
    assert reasons == []
    assert seen[0].Records[0].s3.object.key == "a.txt"


def test_envelope_of_another_event_source_is_refused() -> None:
    with pytest.raises(
        TypeError, match=r"^SnsEnvelope is for functions that SNS invokes. For SNS messages in an SQS queue, use "
    ):
        Worker(Card, print, SETTINGS, envelope=SnsEnvelope)


def test_bytes_are_sent_as_base64() -> None:
    (record,) = sqs_event(b"\xff")["Records"]
    assert base64.b64decode(record["body"]) == b"\xff"

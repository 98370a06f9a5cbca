"""Messages in JSON Lines files, and the attributes that their copies keep."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuesmith.common.errors import UsageError
from queuesmith.operations.message_lines import read_lines
from queuesmith.operations.messages import Message

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
VALUES = st.one_of(
    st.builds(lambda text: {"DataType": "String", "StringValue": text}, TEXTS),
    st.builds(lambda data: {"DataType": "Binary", "BinaryValue": data}, st.binary(min_size=1, max_size=20)),
)
MESSAGES = st.builds(
    Message,
    TEXTS,
    st.dictionaries(TEXTS, VALUES, max_size=3),
    st.none() | TEXTS,
    st.none() | TEXTS,
    st.none() | st.integers(0, 900),
)


@given(st.lists(MESSAGES, min_size=1, max_size=4))
def test_exported_message_is_read_unchanged(messages: list[Message]) -> None:
    lines = "".join(f"{message.line()}\n" for message in messages).encode().split(b"\n")
    assert list(read_lines(lines, "f")) == messages


def test_exported_fifo_message_has_a_deduplication_id_that_arrives() -> None:
    raw = {
        "MessageId": "m-1", "ReceiptHandle": "r", "Body": "b",
        "Attributes": {"MessageGroupId": "g", "MessageDeduplicationId": "producers", "SequenceNumber": "1"},
    }  # fmt: skip
    message = Message.from_response(raw)
    assert json.loads(message.line())["MessageDeduplicationId"] == "m-1"
    assert message.copy(fifo=True).entry("0") == {
        "Id": "0", "MessageBody": "b", "MessageGroupId": "g", "MessageDeduplicationId": "m-1",
    }  # fmt: skip


def test_standard_queue_copy_has_a_group_and_no_deduplication_id() -> None:
    raw = {"MessageId": "m-1", "ReceiptHandle": "r", "Body": "b", "Attributes": {"MessageGroupId": "tenant"}}
    assert Message.from_response(raw).copy(fifo=False).entry("0") == {"Id": "0", "MessageBody": "b", "MessageGroupId": "tenant"}


@pytest.mark.parametrize(
    "line", ["plain", '{"order": 1}', "[1]", '{"MessageBody"', "5", '"MessageBody"', '{"x": {"MessageBody": "y"}}']
)
def test_line_that_is_not_an_exported_message_is_a_body(line: str) -> None:
    assert list(read_lines([line.encode()], "f")) == [Message(line)]


def test_empty_lines_and_line_ends_are_not_sent() -> None:
    assert [message.body for message in read_lines(["\ufeffa\r\n".encode(), b"\n", b"  \n", b"b\n"], "f")] == ["a", "b"]


def test_raw_lines_are_bodies() -> None:
    assert list(read_lines([b'{"MessageBody": 5}'], "f", raw=True)) == [Message('{"MessageBody": 5}')]


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({"MessageBody": 5}, "MessageBody must be a string"),
        ({"MessageBody": "b", "MessageGroupId": 1}, "MessageGroupId must be a string"),
        ({"MessageBody": "b", "DelaySeconds": "1"}, "DelaySeconds must be an integer from 0 to 900"),
        ({"MessageBody": "b", "MessageId": 1}, "MessageId must be a string"),
        ({"MessageBody": "b", "DelaySeconds": 901}, "DelaySeconds must be an integer from 0 to 900"),
        ({"MessageBody": "b", "DelaySeconds": -1}, "DelaySeconds must be an integer from 0 to 900"),
        ({"MessageBody": "b", "DelaySeconds": True}, "DelaySeconds must be an integer from 0 to 900"),
        ({"MessageBody": "b", "MessageAttributes": []}, "MessageAttributes must be an object"),
        (
            {"MessageBody": "b", "MessageAttributes": {"a": "x"}},
            "MessageAttributes.a must have DataType, and either StringValue or BinaryValue, as strings",
        ),
        (
            {"MessageBody": "b", "MessageAttributes": {"a": {"DataType": "Binary", "BinaryValue": "?"}}},
            "MessageAttributes.a: BinaryValue is not valid base64: ",
        ),
    ],
)
def test_invalid_message_error_names_file_line_and_key(entry: dict[str, object], complaint: str) -> None:
    with pytest.raises(UsageError) as raised:
        list(read_lines([b"good", json.dumps(entry).encode()], "orders.jsonl"))
    assert str(raised.value).startswith("orders.jsonl, line 2: ")
    assert complaint in str(raised.value)


def test_file_that_is_not_text_is_named() -> None:
    with pytest.raises(UsageError, match=r"^f, line 1: not valid UTF-8 \(invalid start byte at byte 0\)$"):
        list(read_lines([b"\xff\xfe"], "f"))


def test_size_counts_body_and_attribute_names_types_and_values() -> None:
    assert Message("äb", {"n": {"DataType": "String", "StringValue": "xyz"}}).size == 3 + 1 + 6 + 3


MOVED, SAID = (
    {"DeadLetterQueueSourceArn": "arn:aws:sqs:e:1:q"},
    {"FailureReason": {"DataType": "String", "StringValue": "no sku"}},
)
UNDELIVERED = {
    name: {"DataType": "String", "StringValue": value}
    for name, value in {"RULE_ARN": "arn:r", "ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not authorized"}.items()
}


@pytest.mark.parametrize(
    ("system", "attributes", "reason"),
    [
        ({}, {}, ""),
        ({}, SAID, "no sku"),
        (MOVED, {}, "received more than maxReceiveCount times"),
        (MOVED, SAID, "received more than maxReceiveCount times (earlier: no sku)"),
        ({}, UNDELIVERED, "not delivered by EventBridge: NO_PERMISSIONS: not authorized"),
        ({}, {**UNDELIVERED, **SAID}, "no sku"),
        ({}, {"ERROR_CODE": UNDELIVERED["ERROR_CODE"]}, ""),  # an attribute of the application
    ],
)
def test_reason_is_that_of_the_last_move(system: dict[str, str], attributes: dict[str, Any], reason: str) -> None:
    """A redrive keeps the handler's failure reason. If SQS itself moves the message later, that reason is outdated."""
    raw = {"MessageId": "m", "ReceiptHandle": "r", "Body": "b", "Attributes": system, "MessageAttributes": attributes}
    assert Message.from_response(raw).reason == reason

"""What links and forms of the console ask for: nothing is selected by accident, and bad fields are explained."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from queuesmith.common.errors import UsageError
from queuesmith.console.action_request import ActionRequest


def request(*fields: tuple[str, str]) -> ActionRequest:
    return ActionRequest.from_values(MultiDict(fields))


def test_fields_of_a_form_are_read() -> None:
    found = request(
        ("action", "redrive"), ("where", " group == 'a' "), ("message_id", "1"), ("message_id", "2"), ("count", "2")
    )
    assert found == ActionRequest("redrive", "group == 'a'", ("1", "2"), count=2)
    assert found.has_selection


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ([], 'There is no action "". The actions are: pause, resume, redrive, drop, send'),
        ([("action", "purge")], 'There is no action "purge". The actions are: pause, resume, redrive, drop, send'),
        ([("action", "drop"), ("count", "5")], "No messages are selected. Select at least one message to drop"),
        ([("action", "redrive"), ("selected", "1")], "No messages are selected. Select at least one message to redrive"),
        ([("action", "redrive"), ("count", "-1")], 'The number of messages is "-1", but must be a whole number'),
    ],
)
def test_request_without_a_sense_is_refused(fields: list[tuple[str, str]], text: str) -> None:
    with pytest.raises(UsageError) as raised:
        request(*fields)
    assert str(raised.value) == text


def test_message_has_its_attributes_and_group() -> None:
    fields = [("body", "a\r\nb"), ("group", "g"), ("attribute", "kind=a"), ("attribute", ""), ("attribute", "size:Number=5")]
    message = request(("action", "send"), *fields).message(fifo=True)
    assert (message.body, message.group) == ("a\nb", "g")
    assert message.attributes == {
        "kind": {"DataType": "String", "StringValue": "a"},
        "size": {"DataType": "Number", "StringValue": "5"},
    }


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ([], "The body is empty. SQS does not accept empty messages"),
        ([("body", "b")], "The queue is a FIFO queue, so the message needs a message group"),
        (
            [("body", "b"), ("group", "g"), ("attribute", "x")],
            '--attribute is "x", but must be NAME=VALUE or NAME:Number=VALUE',
        ),
    ],
)
def test_message_that_sqs_would_refuse_is_explained(fields: list[tuple[str, str]], text: str) -> None:
    with pytest.raises(UsageError) as raised:
        request(("action", "send"), *fields).message(fifo=True)
    assert str(raised.value) == text

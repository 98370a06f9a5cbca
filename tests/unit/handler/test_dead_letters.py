"""The copy that goes to the DLQ: its attributes and its failure reason."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from queuesmith_worker import HandlerSettings, NonRetryable
from queuesmith_worker.settings import MAX_MESSAGE_SIZE
from queuesmith_worker.testing import DLQ_URL
from tests.unit.handler.world import Job, Run, body, record

WITH_DLQ = HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL})
WITH_FIFO_DLQ = HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": f"{DLQ_URL}.fifo"})
REASON = {"DataType": "String", "StringValue": "NonRetryable: the account is closed"}


def refuse(_: Job) -> None:
    raise NonRetryable("the account is closed")


def copy_of(source: dict[str, Any], settings: HandlerSettings = WITH_DLQ) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request that is sent for a record, and the log line about it."""
    run = Run(refuse, settings)
    assert run(source) == []
    (request,), (line,) = run.sqs.of("SendMessage"), run.lines()
    return request, line


def text(value: str, kind: str = "String") -> dict[str, Any]:
    return {"stringValue": value, "stringListValues": [], "binaryListValues": [], "dataType": kind}


def test_copy_has_the_body_the_attributes_and_the_reason() -> None:
    given = {
        "tenant": text("t-1"),
        "weight": text("3.5", "Number.float"),
        "signature": {"binaryValue": base64.b64encode(b"\x00\xff").decode(), "dataType": "Binary.sha"},
    }
    request, line = copy_of(record("m", messageAttributes=given))
    assert request == {
        "QueueUrl": DLQ_URL,
        "MessageBody": body("m"),
        "MessageAttributes": {
            "tenant": {"DataType": "String", "StringValue": "t-1"},
            "weight": {"DataType": "Number.float", "StringValue": "3.5"},
            "signature": {"DataType": "Binary.sha", "BinaryValue": base64.b64encode(b"\x00\xff").decode()},
            "FailureReason": REASON,
        },
    }
    assert line["reason_in_copy"] is True
    assert (line["message_id"], line["copy_id"]) == ("m", "copy")


def test_group_and_trace_are_copied_on_a_standard_queue_too() -> None:
    attributes = {"ApproximateReceiveCount": "1", "MessageGroupId": "tenant-1", "AWSTraceHeader": "Root=1-2-3"}
    request, _ = copy_of(record("m", attributes=attributes))
    assert request["MessageGroupId"] == "tenant-1"
    assert request["MessageSystemAttributes"] == {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-2-3"}}
    assert "MessageDeduplicationId" not in request


def test_fifo_copy_has_the_message_id_as_its_deduplication_id() -> None:
    request, _ = copy_of(record("m", group="g"), WITH_FIFO_DLQ)
    assert (request["MessageGroupId"], request["MessageDeduplicationId"]) == ("g", "m")


def test_earlier_reason_is_replaced() -> None:
    others = {f"a{number}": text("x") for number in range(9)}
    request, _ = copy_of(record("m", messageAttributes={**others, "FailureReason": text("long ago")}))
    assert len(request["MessageAttributes"]) == 10
    assert request["MessageAttributes"]["FailureReason"] == REASON


def test_reason_is_omitted_and_logged_if_there_are_ten_attributes() -> None:
    given = {f"a{number}": text("x") for number in range(10)}
    request, line = copy_of(record("m", messageAttributes=given))
    assert set(request["MessageAttributes"]) == set(given)
    assert (line["reason"], line["reason_in_copy"]) == (REASON["StringValue"], False)


SIZE_OF_REASON = len("FailureReason") + len("String") + len(REASON["StringValue"])
SIZE_OF_TENANT = len("tenant") + len("String") + len("t-1")


@pytest.mark.parametrize("largest", [None, 65_536, 262_144, 1_048_576])
@pytest.mark.parametrize(("over", "kept"), [(0, True), (1, False)])
def test_reason_is_omitted_and_logged_near_the_size_limit(largest: int | None, over: int, kept: bool) -> None:
    """The limit also applies to the queue to which the message is redriven."""
    variables = {} if largest is None else {"WORKER_MAX_MESSAGE_SIZE": str(largest)}
    settings = HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL, **variables})
    padding = (largest or MAX_MESSAGE_SIZE) - SIZE_OF_REASON - SIZE_OF_TENANT - len(body("é").encode()) + over
    large = body("é", "x").replace('"x"', f'"{"x" * (padding + len("good"))}"')
    request, line = copy_of(record("m", large, messageAttributes={"tenant": text("t-1")}), settings)
    assert request["MessageBody"] == large
    assert request["MessageAttributes"]["tenant"] == {"DataType": "String", "StringValue": "t-1"}
    assert ("FailureReason" in request["MessageAttributes"]) is kept is line["reason_in_copy"]


def test_reason_is_truncated_and_has_only_characters_that_sqs_accepts() -> None:
    def handle(_: Job) -> None:
        raise NonRetryable("a\x00b\ufffe" + "c" * 2_000)

    run = Run(handle, WITH_DLQ)
    run(record("m"))
    reason = run.sqs.of("SendMessage")[0]["MessageAttributes"]["FailureReason"]["StringValue"]
    assert reason == ("NonRetryable: a?b?" + "c" * 2_000)[:1_000]


def test_reason_has_the_name_of_a_custom_error_class() -> None:
    class AccountClosed(NonRetryable):
        pass

    def handle(_: Job) -> None:
        raise AccountClosed

    run = Run(handle, WITH_DLQ)
    run(record("m"))
    assert run.sqs.of("SendMessage")[0]["MessageAttributes"]["FailureReason"]["StringValue"] == "AccountClosed: "

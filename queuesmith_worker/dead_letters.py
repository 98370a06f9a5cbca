"""Sends a copy of a message to the DLQ, so that the original can be deleted."""

from __future__ import annotations

import base64
import re
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from queuesmith_worker.redaction import redacted
from queuesmith_worker.sqs import Sqs

REASON = "FailureReason"
"""The message attribute that says why a message is in the DLQ."""
LONGEST_REASON = 1_000
"""Characters."""
MOST_ATTRIBUTES = 10
"""Of one message (SQS developer guide, message metadata)."""
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that SQS refuses (SendMessage)."""


def copy_of(record: SQSRecord, reason: str, queue_url: str, largest: int) -> tuple[dict[str, Any], bool]:
    """The request that sends the copy, and whether the reason had room: a message has ten attributes, and they count in
    its size, of which `largest` is the most in bytes. Body, attributes, group and trace are kept.

    On FIFO the deduplication id is the message's own id, as SQS does it itself: under the original id a copy that follows
    within five minutes would be accepted and swallowed.
    """
    raw = record.raw_event
    body, system = raw["body"], raw.get("attributes") or {}
    attributes = {name: _attribute(value) for name, value in (raw.get("messageAttributes") or {}).items()}
    others = {name: value for name, value in attributes.items() if name != REASON}
    text = _NOT_ALLOWED.sub("?", redacted(reason))[:LONGEST_REASON]
    with_reason = {**others, REASON: {"DataType": "String", "StringValue": text or "no reason given"}}
    fits = len(with_reason) <= MOST_ATTRIBUTES and _size(body, with_reason) <= largest
    request: dict[str, Any] = {"QueueUrl": queue_url, "MessageBody": body, "MessageAttributes": with_reason if fits else others}
    if "AWSTraceHeader" in system:
        trace = {"DataType": "String", "StringValue": system["AWSTraceHeader"]}
        request["MessageSystemAttributes"] = {"AWSTraceHeader": trace}
    if "MessageGroupId" in system:
        request["MessageGroupId"] = system["MessageGroupId"]
    if queue_url.endswith(".fifo"):
        request["MessageDeduplicationId"] = raw["messageId"]
    return request, fits


def send(sqs: Sqs, request: dict[str, Any]) -> str | None:
    """Send it; the copy's id, by which it is found in the DLQ. Raises what boto3 raises."""
    answer = sqs.send_message(**request)
    return answer.get("MessageId") if isinstance(answer, dict) else None


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute as SendMessage takes it, from how an event has it."""
    kind = value["dataType"]
    if kind.split(".")[0] == "Binary":
        return {"DataType": kind, "BinaryValue": base64.b64decode(value["binaryValue"])}
    return {"DataType": kind, "StringValue": value["stringValue"]}


def _size(body: str, attributes: dict[str, dict[str, Any]]) -> int:
    """Bytes, as SQS counts them."""
    size = len(body.encode())
    for name, attribute in attributes.items():
        value = attribute.get("BinaryValue") or attribute.get("StringValue", "").encode()
        size += len(name.encode()) + len(attribute["DataType"]) + len(value)
    return size

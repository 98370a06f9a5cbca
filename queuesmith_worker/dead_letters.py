"""Sends a copy of a message to the DLQ, so that the original can be deleted."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from queuesmith_worker.event import Record
from queuesmith_worker.redaction import mask_text

if TYPE_CHECKING:
    from queuesmith_worker.clients import Sqs

REASON = "FailureReason"
"""The message attribute with the reason why a message is in the DLQ."""
MAX_REASON_LENGTH = 1_000
"""Characters."""
MAX_ATTRIBUTES = 10
"""The SQS limit for one message (SQS developer guide, message metadata)."""
_INVALID_CHARACTERS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that SQS refuses (SendMessage)."""


def copy_request(record: Record, reason: str, queue_url: str, max_size: int) -> tuple[dict[str, Any], bool]:
    """Return the SendMessage request for the copy, and whether it contains the reason.

    The copy has the same body, attributes, message group and trace header. The reason is omitted if the copy would have more
    than ten attributes or be larger than `max_size`, because attributes count towards the size of a message.

    On a FIFO queue the deduplication id is the id of the original message, as when SQS itself moves a message. With the
    original deduplication id, SQS would accept a copy within five minutes but never deliver it.

    Parameters
    ----------
    record
        The original message.
    reason
        Why it can never succeed. Secrets are masked, and it is cut to 1,000 characters.
    queue_url
        The DLQ.
    max_size
        Bytes: the largest message that the DLQ and the worker's queue accept.

    """
    body, system = record["body"], record.get("attributes") or {}
    attributes = {name: _attribute(value) for name, value in (record.get("messageAttributes") or {}).items()}
    others = {name: value for name, value in attributes.items() if name != REASON}
    text = _INVALID_CHARACTERS.sub("?", mask_text(reason))[:MAX_REASON_LENGTH]
    with_reason = {**others, REASON: {"DataType": "String", "StringValue": text or "no reason given"}}
    fits = len(with_reason) <= MAX_ATTRIBUTES and _size(body, with_reason) <= max_size
    request: dict[str, Any] = {"QueueUrl": queue_url, "MessageBody": body, "MessageAttributes": with_reason if fits else others}
    if "AWSTraceHeader" in system:
        trace = {"DataType": "String", "StringValue": system["AWSTraceHeader"]}
        request["MessageSystemAttributes"] = {"AWSTraceHeader": trace}
    if "MessageGroupId" in system:
        request["MessageGroupId"] = system["MessageGroupId"]
    if queue_url.endswith(".fifo"):
        request["MessageDeduplicationId"] = record["messageId"]
    return request, fits


def send(sqs: Sqs, request: dict[str, Any]) -> str | None:
    """Send the copy, and return its message id in the DLQ. Raises boto3's exceptions."""
    response = sqs.call("send_message", **request)
    return response.get("MessageId") if isinstance(response, dict) else None


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    """Convert a message attribute from the event's format to the format of SendMessage."""
    kind = value["dataType"]
    if kind.split(".")[0] == "Binary":
        return {"DataType": kind, "BinaryValue": base64.b64decode(value["binaryValue"])}
    return {"DataType": kind, "StringValue": value["stringValue"]}


def _size(body: str, attributes: dict[str, dict[str, Any]]) -> int:
    """The size of a message in bytes, as SQS counts it."""
    size = len(body.encode())
    for name, attribute in attributes.items():
        value = attribute.get("BinaryValue") or attribute.get("StringValue", "").encode()
        size += len(name.encode()) + len(attribute["DataType"]) + len(value)
    return size

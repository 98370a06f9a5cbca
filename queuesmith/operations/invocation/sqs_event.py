"""Builds the event that Lambda passes to a function from messages."""

from __future__ import annotations

import base64
import hashlib
import struct
import time
import uuid
from collections.abc import Iterable
from typing import Any

from queuesmith.common.queue_names import is_fifo
from queuesmith.operations.messages import TRACE, Message

_SENDER = "AIDAQUEUESMITHINVOKE0"
"""The sender id of a message whose sender is unknown."""
_BINARY, _STRING = b"\x02", b"\x01"


def sqs_event(messages: Iterable[Message], queue_arn: str) -> dict[str, Any]:
    """The event of one batch.

    Each message has its id and its known system attributes; the others are made up. Each has a receive count of 1, as after a
    redrive. The receipt handle is invalid, so that the handler cannot delete the message.
    """
    milliseconds = int(time.time() * 1000)
    return {"Records": [_record(message, queue_arn, milliseconds, number) for number, message in enumerate(messages, 1)]}


def _record(message: Message, queue_arn: str, now: int, number: int) -> dict[str, Any]:
    record: dict[str, Any] = {
        "messageId": message.message_id or str(uuid.uuid4()),
        "receiptHandle": f"queuesmith-invoke-{uuid.uuid4()}",
        "body": message.body,
        "attributes": _system(message, now, number, fifo=is_fifo(queue_arn)),
        "messageAttributes": {name: _attribute(value) for name, value in message.attributes.items()},
        "md5OfBody": _md5(message.body.encode("utf-8", "surrogatepass")),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
    if message.attributes:
        record["md5OfMessageAttributes"] = md5_of_attributes(message.attributes)
    return record


def _system(message: Message, now: int, number: int, *, fifo: bool) -> dict[str, str]:
    known = message.system
    attributes = {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": known.get("SentTimestamp", str(now)),
        "SenderId": known.get("SenderId", _SENDER),
        "ApproximateFirstReceiveTimestamp": str(now),
    }
    if TRACE in known:
        attributes[TRACE] = known[TRACE]
    group = message.group or known.get("MessageGroupId")
    if fifo:
        content = hashlib.sha256(message.body.encode("utf-8", "surrogatepass")).hexdigest()  # like content-based deduplication
        attributes["SequenceNumber"] = known.get("SequenceNumber", f"{18_849_496_460_467_696_128 + number}")
        attributes["MessageGroupId"] = group or "queuesmith-invoke"
        attributes["MessageDeduplicationId"] = message.deduplication_id or known.get("MessageDeduplicationId", content)
    elif group:  # fair queues
        attributes["MessageGroupId"] = group
    return attributes


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    kind: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "BinaryValue" in value:
        return {"binaryValue": base64.b64encode(value["BinaryValue"]).decode(), **kind}
    return {"stringValue": value["StringValue"], **kind}


def md5_of_attributes(attributes: dict[str, dict[str, Any]]) -> str:
    """The MD5 digest of message attributes as SQS computes it: sorted by name, each part with its length before it (SQS
    developer guide, message attributes).
    """
    content = b""
    for name, value in sorted(attributes.items()):
        is_binary = "BinaryValue" in value
        data = value["BinaryValue"] if is_binary else value["StringValue"].encode()
        content += _with_length(name.encode()) + _with_length(value["DataType"].encode())
        content += (_BINARY if is_binary else _STRING) + _with_length(data)
    return _md5(content)


def _with_length(part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + part


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()

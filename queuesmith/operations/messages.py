"""A message as the commands handle it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from queuesmith.common.errors import UsageError
from queuesmith.common.times import iso

REASON = "FailureReason"
"""The message attribute in which the worker's handler gives the reason for sending a message to the DLQ."""
TOO_OFTEN = "received more than maxReceiveCount times"
TRACE = "AWSTraceHeader"
_SIZES_OF_LARGE_BODIES = ("ExtendedPayloadSize", "SQSLargePayloadSize")


@dataclass(frozen=True)
class Message:
    """A message to send, or one that was received."""

    body: str
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Its message attributes as SendMessage accepts them: `DataType` with `StringValue` or `BinaryValue` (bytes)."""
    group: str | None = None
    deduplication_id: str | None = None
    delay: int | None = None
    """Seconds until it can first be received; None: the queue's delay."""
    message_id: str | None = None
    """The id that SQS gave it; None for a message that was not received."""
    system: dict[str, str] = field(default_factory=dict)
    """The system attributes of a received message, such as `ApproximateReceiveCount`."""
    receipt: str | None = field(default=None, repr=False, compare=False)
    """The receipt handle of a received message."""

    @classmethod
    def from_response(cls, raw: dict[str, Any]) -> Message:
        """Convert an item of ReceiveMessage's response."""
        system = dict(raw.get("Attributes", {}))
        return cls(
            raw["Body"],
            {name: _without_lists(value) for name, value in raw.get("MessageAttributes", {}).items()},
            system.get("MessageGroupId"),
            system.get("MessageDeduplicationId"),
            message_id=raw["MessageId"],
            system=system,
            receipt=raw["ReceiptHandle"],
        )

    @property
    def receive_count(self) -> int:
        """How often it has been received, including this time."""
        return int(self.system.get("ApproximateReceiveCount", 1))

    @property
    def reason(self) -> str:
        """Why the message is in a DLQ: the handler's reason, EventBridge's error, or that it was received too often; empty if
        unknown.

        If SQS moved the message to the DLQ, the reason is that it was received too often. If a handler sent it to the DLQ
        before an earlier redrive, the handler's reason is added, because a redrive keeps the attribute `FailureReason`.
        """
        text = {name: str(value.get("StringValue", "")) for name, value in self.attributes.items()}
        reason = text.get(REASON, "")
        if not reason and {"RULE_ARN", "ERROR_CODE"} <= text.keys():  # EventBridge user guide, dead-letter queues
            reason = f"not delivered by EventBridge: {text['ERROR_CODE']}: {text.get('ERROR_MESSAGE', 'no message')}"
        if self.source_arn is not None:
            return f"{TOO_OFTEN} (earlier: {reason})" if reason else TOO_OFTEN
        return reason

    @property
    def sent(self) -> str | None:
        """The time at which it was sent, as ISO 8601 in UTC."""
        return _time(self.system.get("SentTimestamp"))

    @property
    def first_received(self) -> str | None:
        """The time at which it was first received, as ISO 8601 in UTC."""
        return _time(self.system.get("ApproximateFirstReceiveTimestamp"))

    @property
    def source_arn(self) -> str | None:
        """The ARN of the queue from which SQS moved it; None if it was sent directly to this queue."""
        return self.system.get("DeadLetterQueueSourceArn")

    @property
    def large_body(self) -> str | None:
        """The object in S3 that is the body, as `s3://BUCKET/KEY`; None if the body is in the message itself.

        The format is that of AWS's extended client libraries: an attribute with the size, and a pointer to the object.
        """
        if self.attributes.keys().isdisjoint(_SIZES_OF_LARGE_BODIES):
            return None
        try:
            _, place = json.loads(self.body)
            return f"s3://{place['s3BucketName']}/{place['s3Key']}"
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    @property
    def size(self) -> int:
        """Bytes of the body and the attributes, as SQS counts them."""
        total = len(self.body.encode())
        for name, value in self.attributes.items():
            content = value.get("BinaryValue") or str(value.get("StringValue", "")).encode()
            total += len(name.encode()) + len(value.get("DataType", "")) + len(content)
        return total

    def entry(self, id: str) -> dict[str, Any]:
        """The message as an entry of a SendMessageBatch request."""
        entry: dict[str, Any] = {"Id": id, "MessageBody": self.body}
        if self.attributes:
            entry["MessageAttributes"] = self.attributes
        if TRACE in self.system:
            entry["MessageSystemAttributes"] = {TRACE: {"DataType": "String", "StringValue": self.system[TRACE]}}
        optional = {"MessageGroupId": self.group, "MessageDeduplicationId": self.deduplication_id, "DelaySeconds": self.delay}
        return {**entry, **{key: value for key, value in optional.items() if value is not None}}

    def copy(self, *, fifo: bool) -> Message:
        """Copy the message for another queue.

        On FIFO queues the copy's deduplication id is the original's message id, as in SQS's own redrive. With the original
        deduplication id, SQS would accept but not deliver a copy that follows within five minutes, and the original would be
        deleted.
        """
        return replace(self, deduplication_id=self.message_id if fifo else None, delay=None)

    def line(self) -> str:
        """The message as a line of a file. A received FIFO message gets the deduplication id that `copy` would give it."""
        content: dict[str, Any] = {"MessageBody": self.body}
        if self.attributes:
            content["MessageAttributes"] = {name: attribute_as_json(value) for name, value in self.attributes.items()}
        deduplication = self.message_id if self.receipt and self.deduplication_id else self.deduplication_id
        optional = {"MessageGroupId": self.group, "MessageDeduplicationId": deduplication, "DelaySeconds": self.delay}
        content.update({key: value for key, value in optional.items() if value is not None})
        if self.message_id:
            content |= {"MessageId": self.message_id, "Attributes": self.system}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


MessagePredicate = Callable[[Message], bool]
"""Returns whether a message matches."""


def attribute_as_json(attribute: dict[str, Any]) -> dict[str, str]:
    """A message attribute for JSON, with bytes as base64."""
    return {key: base64.b64encode(value).decode() if isinstance(value, bytes) else value for key, value in attribute.items()}


def parse_attribute(text: str) -> tuple[str, dict[str, Any]]:
    """Parse `NAME=VALUE` or `NAME:Number=VALUE`: a name, and the attribute. Raises UsageError if it is neither."""
    name, equals, value = text.partition("=")
    name, _, kind = name.partition(":")
    if not (name and equals and value):
        raise UsageError(f'--attribute is "{text}", but must be NAME=VALUE or NAME:Number=VALUE')
    if kind not in ("", "String", "Number"):
        raise UsageError(f"--attribute {text}: the type must be String or Number. Attributes of type Binary must be in a file")
    return name, {"DataType": kind or "String", "StringValue": value}


def _without_lists(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute without the list values, which SQS does not implement."""
    return {key: value[key] for key in ("DataType", "StringValue", "BinaryValue") if key in value}


def _time(milliseconds: str | None) -> str | None:
    return iso(datetime.fromtimestamp(int(milliseconds) / 1000, UTC)) if milliseconds else None

"""A message as the commands handle it, and its form in a JSON Lines file.

A line is the plain body of a message, or an object with `MessageBody`. The object is an entry of SendMessageBatch, as
`dlq peek --export` and `send` write it, so that exported and rejected messages can be sent again.

    {"MessageBody": "…", "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "a"}}, "MessageGroupId": "g"}
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from queuesmith.common.errors import UsageError
from queuesmith.common.printing import one_line

REASON = "FailureReason"
"""The message attribute in which the worker's handler gives the reason for sending a message to the DLQ."""
TOO_OFTEN = "received more than maxReceiveCount times"
TRACE = "AWSTraceHeader"
_KEYS = ("MessageBody", "MessageAttributes", "MessageGroupId", "MessageDeduplicationId", "DelaySeconds")
_IGNORED_KEYS = ("Id", "MessageId", "Attributes", "Reason")
"""Keys of a line that describe the exported message. They are not sent."""
_LONGEST_DELAY = 900
"""Seconds."""
_SURROGATE = re.compile("[\ud800-\udfff]")


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
        """Why the message is in a DLQ: the handler's reason, or that it was received too often; empty if unknown.

        If SQS moved the message, a handler's reason is from an earlier time, because a redrive keeps the attribute.
        """
        reason = str(self.attributes.get(REASON, {}).get("StringValue", ""))
        if "DeadLetterQueueSourceArn" in self.system:
            return f"{TOO_OFTEN} (earlier: {reason})" if reason else TOO_OFTEN
        return reason

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
        """The message as a line of a file. A received FIFO message gets the deduplication id of a copy."""
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


def read_lines(
    lines: Iterable[bytes], name: str, *, raw: bool = False, group: str | None = None, need_group: bool = False
) -> Iterator[Message]:
    """Read the messages of a JSON Lines file. Empty lines are skipped.

    Raises UsageError with `name`, the line number and the problem.

    Parameters
    ----------
    lines
        The lines, as bytes.
    name
        The name of the input in errors.
    raw
        Treat every line as a plain body.
    group
        The message group of messages that have none.
    need_group
        Refuse messages without a message group.

    """
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise UsageError(f"{name}, line {number}: not valid UTF-8 ({error.reason} at byte {error.start})") from error
        if not text.strip():
            continue
        message = Message(text) if raw else _message(text, f"{name}, line {number}")
        if message.group is None and group is not None:
            message = replace(message, group=group)
        if need_group and message.group is None:
            raise UsageError(
                f"{name}, line {number}: MessageGroupId is missing, but the queue is a FIFO queue. To set it for all messages "
                "without one: --group GROUP"
            )
        yield message


def _message(text: str, where: str) -> Message:
    content = _entry_in(text)
    if content is None:
        return Message(text)
    if unknown := sorted(content.keys() - {*_KEYS, *_IGNORED_KEYS}):
        raise UsageError(
            f'{where}: "{one_line(unknown[0])}" is not a key of a message. The keys are {", ".join(_KEYS)}. To send the '
            "line as a body: --raw"
        )
    for key in ("MessageBody", "MessageGroupId", "MessageDeduplicationId", "MessageId"):
        if not isinstance(content.get(key, ""), str):
            raise UsageError(f"{where}: {key} must be a string")
    delay = content.get("DelaySeconds")
    if delay is not None and (isinstance(delay, bool) or not isinstance(delay, int) or not 0 <= delay <= _LONGEST_DELAY):
        raise UsageError(f"{where}: DelaySeconds must be an integer from 0 to 900")
    if _SURROGATE.search(json.dumps(content, ensure_ascii=False)):
        raise UsageError(f"{where}: it contains a lone surrogate (half of a character), which SQS does not accept")
    system = content.get("Attributes", {})
    return Message(
        content["MessageBody"],
        _attributes(content.get("MessageAttributes", {}), where),
        content.get("MessageGroupId"),
        content.get("MessageDeduplicationId"),
        delay,
        content.get("MessageId"),
        {str(key): str(value) for key, value in system.items()} if isinstance(system, dict) else {},
    )


def _entry_in(text: str) -> dict[str, Any] | None:
    """The object with `MessageBody` in a line; None if the line is a plain body."""
    if not (text.lstrip().startswith("{") and '"MessageBody"' in text):
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) and "MessageBody" in content else None


def _attributes(attributes: Any, where: str) -> dict[str, dict[str, Any]]:
    if not isinstance(attributes, dict):
        raise UsageError(f"{where}: MessageAttributes must be an object")
    return {name: _attribute(value, f"{where}: MessageAttributes.{one_line(name)}") for name, value in attributes.items()}


def _attribute(value: Any, where: str) -> dict[str, Any]:
    kinds = ("StringValue", "BinaryValue")
    if not (
        isinstance(value, dict)
        and isinstance(value.get("DataType"), str)
        and sum(kind in value for kind in kinds) == 1
        and all(isinstance(value[kind], str) for kind in kinds if kind in value)
    ):
        raise UsageError(f"{where} must have DataType, and either StringValue or BinaryValue, as strings")
    if "StringValue" in value:
        return {"DataType": value["DataType"], "StringValue": value["StringValue"]}
    try:
        return {"DataType": value["DataType"], "BinaryValue": base64.b64decode(value["BinaryValue"], validate=True)}
    except binascii.Error as error:
        raise UsageError(f"{where}: BinaryValue is not valid base64: {error}") from error


def _without_lists(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute without the list values, which SQS does not implement."""
    return {key: value[key] for key in ("DataType", "StringValue", "BinaryValue") if key in value}

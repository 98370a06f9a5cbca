"""Reads messages from a JSON Lines file, and from the JSON document of `dlq peek`.

A line is the plain body of a message, or an object with `MessageBody`. The object is an entry of SendMessageBatch, as
`dlq peek --export` and `send` write it, so that exported and rejected messages can be sent again.

    {"MessageBody": "…", "MessageAttributes": {"kind": {"DataType": "String", "StringValue": "a"}}, "MessageGroupId": "g"}
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import IO, Any

from queuesmith.common.errors import UsageError
from queuesmith.common.printing import one_line
from queuesmith.operations.messages import Message

_KEYS = ("MessageBody", "MessageAttributes", "MessageGroupId", "MessageDeduplicationId", "DelaySeconds")
_IGNORED_KEYS = ("Id", "MessageId", "Attributes", "Reason")
"""Keys of a line that describe the exported message. They are not sent."""
_LONGEST_DELAY = 900
"""Seconds."""
_NUMBERS = ("SentTimestamp", "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount")
"""Attributes that SQS gives as decimal numbers."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_lines(
    lines: Iterable[bytes], name: str, *, raw: bool = False, group: str | None = None, need_group: bool = False
) -> Iterator[Message]:
    """Read the messages of a JSON Lines file. Empty lines are skipped.

    If a line is invalid, raises UsageError. Its text has `name` (the file's name), the line number and the problem.

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


def read_export(file: IO[bytes], name: str) -> Iterator[Message]:
    """Read the messages that `dlq peek` wrote: the lines of `--export`, or the document of `--json`.

    If the file cannot be used, raises UsageError. Its text has `name` (the file's name) and the problem.
    """
    if file.readline().strip() != b"{":
        file.seek(0)
        yield from read_lines(file, name)
        return
    file.seek(0)
    try:
        messages = json.load(file)["messages"]
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise UsageError(f"{name} is neither JSON Lines nor a document of `dlq peek --json`: {error!r}") from error
    for number, each in enumerate(messages if isinstance(messages, list) else [], 1):
        yield _shown_message(each, f"{name}, message {number}")


def _shown_message(shown: Any, where: str) -> Message:
    """A message in the format of `dlq peek --json`."""
    if not (isinstance(shown, Mapping) and isinstance(shown.get("body"), str)):
        raise UsageError(f"{where}: body is missing. The file must be a document of `dlq peek --json`")
    system = {"DeadLetterQueueSourceArn": shown.get("source_arn"), "ApproximateReceiveCount": shown.get("receive_count")}
    for key, name in {"SentTimestamp": "sent", "ApproximateFirstReceiveTimestamp": "first_received"}.items():
        try:
            system[key] = int(datetime.fromisoformat(shown[name]).timestamp() * 1000) if shown.get(name) else None
        except (ValueError, TypeError, OverflowError) as error:
            raise UsageError(f"{where}: {name} is not a time in ISO 8601") from error
    entry = {
        "MessageBody": shown["body"],
        "MessageAttributes": shown.get("attributes") or {},
        "MessageGroupId": shown.get("group"),
        "MessageDeduplicationId": shown.get("deduplication_id"),
        "MessageId": shown.get("message_id"),
        "Attributes": {key: value for key, value in system.items() if value is not None},
    }
    return _from_entry({key: value for key, value in entry.items() if value is not None}, where)


def _message(text: str, where: str) -> Message:
    content = _entry_in(text)
    if content is None:
        return Message(text)
    return _from_entry(content, where)


def _from_entry(content: dict[str, Any], where: str) -> Message:
    """The message in an entry of SendMessageBatch, possibly with the keys that describe an exported message."""
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
    for key in _NUMBERS if isinstance(system, dict) else ():
        if not re.fullmatch(r"[0-9]{1,14}", str(system.get(key, 0))):
            raise UsageError(f"{where}: Attributes.{key} must be a number with up to 14 digits")
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

"""The messages of the demo: copies of one example, and messages that can never succeed."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

from queuesmith.common.errors import UsageError

INVALID = 5
"""How many messages of a demo can never succeed."""
FEWEST, MOST = 10, 10_000
"""The number of messages that a demo can send."""


def read_example(file: Path, key: str) -> dict[str, Any]:
    """Read the example of a valid message: a JSON object with the field `key`, which is a text or an integer.

    Raises UsageError if the file cannot be read or contains anything else.
    """
    try:
        example = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{file}: {error.strerror}. Write one valid message into it, as JSON, or specify another file with --message"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not valid JSON: {error}. It must contain one valid message") from error
    if not isinstance(example, dict):
        raise UsageError(f"{file} contains a JSON {_kind(example)}, but must contain one valid message, as a JSON object")
    if key not in example:
        raise UsageError(
            f"{file} has no field {key}. The demo makes each message unique by this field, because {key} is the table's "
            "partition key. Add the field"
        )
    if isinstance(example[key], bool) or not isinstance(example[key], str | int):
        raise UsageError(f"{file}: {key} is a JSON {_kind(example[key])}, but must be a string or an integer")
    return example


def demo_messages(example: dict[str, Any], key: str, count: int) -> list[str]:
    """`count` different bodies: copies of the example, and among them INVALID ones that can never succeed, spread evenly."""
    bodies = [json.dumps({**example, key: _unique(example[key], number)}) for number in range(1, count + 1)]
    for index, body in enumerate(_invalid_bodies(example, key)):
        bodies[(2 * index + 1) * count // (2 * INVALID)] = body
    return bodies


def _unique(example: str | int, number: int) -> str | int:
    """A different value for each number, in the form of the example: an integer, a UUID, or a text such as `order-00001`."""
    if isinstance(example, int):
        return number
    try:
        return str(uuid.UUID(int=(uuid.UUID(example).int >> 32 << 32) + number))  # the upper bits have its version
    except ValueError:
        prefix = re.sub(r"-?[0-9]*$", "", example)
        return f"{prefix}-{number:05}" if prefix else f"{number:05}"


def _invalid_bodies(example: dict[str, Any], key: str) -> list[str]:
    """Bodies that every handler refuses that needs the field `key`."""
    text = json.dumps(example)
    return [
        "this is not JSON",
        text[: len(text) // 2],
        json.dumps({name: value for name, value in example.items() if name != key}),
        json.dumps({**example, key: [example[key]]}),
        json.dumps([example]),
    ]


def _kind(value: Any) -> str:
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")

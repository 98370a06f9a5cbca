"""The addresses of the model's parts, and the conversion of values from the settings that can be tokens."""

from __future__ import annotations

from typing import TypeVar

from queuesmith.rules import MaybeUnknown, Unknown
from queuesmith.settings.field_types import is_token

T = TypeVar("T")

QUEUE, DLQ = "queue", "dead_letter_queue"


def unknown_if_token(value: T, key: str) -> MaybeUnknown[T]:
    """Return the value, or unknown if it contains a token. The unknown has the text, which QL203 searches for secrets."""
    return Unknown(key, text=value if isinstance(value, str) else "") if is_token(value) else value

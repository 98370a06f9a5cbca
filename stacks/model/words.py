"""What the parts of the model are called, and when a value of the settings is unknown."""

from __future__ import annotations

from typing import TypeVar

from queuesmith.rules import Known, Unknown
from stacks.settings.field_types import is_token

T = TypeVar("T")

QUEUE, DLQ = "queue", "dead_letter_queue"


def known(value: T, key: str) -> Known[T]:
    """The value, unless it is a token; what stands in a text beside its `${…}` is there for the rule about secrets."""
    return Unknown(key, text=value if isinstance(value, str) else "") if is_token(value) else value

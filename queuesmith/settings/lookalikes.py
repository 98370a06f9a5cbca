"""Values in a file that cdktf would take for tokens of its own, and fail on, or write out: they mean nothing in a file.

An expression such as `${var.name}` is none of these: Terraform evaluates it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queuesmith.settings.field_types import UNKNOWN_NUMBER, UNKNOWN_TEXT, is_token

KeyPath = tuple[str | int, ...]

MARK = "{TfToken["
"""In every text, list and table token of cdktf."""


def lookalikes(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Where in the data of a file they are: as a value or as a key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = (*path, key)
            if isinstance(key, str) and MARK in key:
                yield here
            else:
                yield from lookalikes(inner, here)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from lookalikes(inner, (*path, index))
    elif _is_lookalike(value):
        yield path


def made_unknown(value: Any, under: object = None) -> Any:
    """A copy of the data with what looks like a token unknown; keys and reasons that do are left out.

    `under` is the key that the value stands under.
    """
    if isinstance(value, dict):
        return {key: made_unknown(inner, key) for key, inner in value.items() if not _is_left_out(under, key, inner)}
    if isinstance(value, list):
        return [made_unknown(inner) for inner in value]
    if _is_lookalike(value):
        return UNKNOWN_TEXT if isinstance(value, str) else UNKNOWN_NUMBER
    return value


def _is_left_out(table: object, key: object, value: object) -> bool:
    """A reason that is made up would accept a finding."""
    return (isinstance(key, str) and MARK in key) or (table == "accept" and _is_lookalike(value))


def _is_lookalike(value: object) -> bool:
    return MARK in value if isinstance(value, str) else isinstance(value, float) and is_token(value)

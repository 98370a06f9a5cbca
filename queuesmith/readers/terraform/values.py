"""Reads values of a resource with the types of the model. A value of a different type is unknown."""

from __future__ import annotations

from typing import Any

from queuesmith.common.json_values import parse_json
from queuesmith.readers.terraform.document import Resource
from queuesmith.rules import MaybeUnknown, Unknown

_LARGEST = 2**53
"""The largest number that Terraform stores exactly for certain."""


def number(resource: Resource, *path: str | int, unset: tuple[int, ...] = ()) -> MaybeUnknown[int | None]:
    """Return a whole number. `unset` are the values that a refreshed plan shows for an attribute that is not set."""
    value = resource.value(*path)
    if isinstance(value, Unknown) or value is None:
        return value
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return resource.unknown_at(path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return resource.unknown_at(path)
    if not -_LARGEST <= value <= _LARGEST or int(value) != value:  # also true for NaN
        return resource.unknown_at(path)
    not_set = int(value) in unset and (value == -1 or not resource.is_set(*path))  # -1 means not set, even if it is written
    return None if not_set else int(value)


def with_default(value: MaybeUnknown[int | None], default: int) -> MaybeUnknown[int]:
    """Return the number, or the default of AWS or the provider if it is not set."""
    return default if value is None else value


def text(resource: Resource, *path: str | int) -> MaybeUnknown[str | None]:
    """Return a text. An empty text counts as not set."""
    value = resource.value(*path)
    if isinstance(value, Unknown) or value is None:
        return value
    return resource.unknown_at(path) if not isinstance(value, str) else value or None


def flag(resource: Resource, *path: str | int) -> MaybeUnknown[bool | None]:
    """Return a Boolean."""
    value = resource.value(*path)
    if isinstance(value, Unknown) or value is None or isinstance(value, bool):
        return value
    if value in ("true", "false"):  # valid in Terraform's JSON syntax
        return bool(value == "true")
    return resource.unknown_at(path)


def count(resource: Resource, *path: str | int) -> MaybeUnknown[int]:
    """Return the number of blocks or items."""
    value = resource.value(*path)
    if isinstance(value, Unknown):
        return value
    if value is None:
        return 0
    return len(value) if isinstance(value, list) else 1


def json_object(resource: Resource, *path: str | int) -> MaybeUnknown[dict[str, Any] | None]:
    """Return a JSON text as a table that can contain references. `null` and `{}` count as not set."""
    value = raw(resource, *path)
    if isinstance(value, Unknown) or value is None:
        return value
    if isinstance(value, str) and value.strip() == "null":
        return None
    content = value if isinstance(value, dict) else parse_json(value)
    return content or None if isinstance(content, dict) else resource.unknown_at(path)


def raw(resource: Resource, *path: str | int) -> MaybeUnknown[Any]:
    """Return the value. In synthesized JSON, it can be a text with expressions, whose references have the rules' form."""
    value = resource.document.raw(resource, path)
    return None if value == "" else value


def known_count(resource: Resource, *path: str | int) -> int:
    """Return the number of blocks or items that are known."""
    number_of_items = count(resource, *path)
    return 0 if isinstance(number_of_items, Unknown) else number_of_items

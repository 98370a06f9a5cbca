"""Values of a resource with the types that the model wants. What is of another type cannot be read: it is unknown."""

from __future__ import annotations

from typing import Any

from queuesmith.common.json_values import parsed_json
from queuesmith.readers.terraform.document import Resource
from queuesmith.rules import MaybeUnknown, Unknown

_LARGEST = 2**53
"""A number above this is none that Terraform could hold for sure."""


def number(resource: Resource, *path: str | int, unset: tuple[int, ...] = ()) -> MaybeUnknown[int | None]:
    """A whole number. `unset` are values that a refreshed plan shows where nothing is set."""
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
    if not -_LARGEST <= value <= _LARGEST or int(value) != value:  # nor is NaN between the two
        return resource.unknown_at(path)
    not_set = int(value) in unset and (value == -1 or not resource.is_set(*path))  # -1 means it, written or not
    return None if not_set else int(value)


def with_default(value: MaybeUnknown[int | None], default: int) -> MaybeUnknown[int]:
    """The number, or what AWS or the provider takes where there is none."""
    return default if value is None else value


def text(resource: Resource, *path: str | int) -> MaybeUnknown[str | None]:
    """A text; an empty one is not set."""
    value = resource.value(*path)
    if isinstance(value, Unknown) or value is None:
        return value
    return resource.unknown_at(path) if not isinstance(value, str) else value or None


def flag(resource: Resource, *path: str | int) -> MaybeUnknown[bool | None]:
    """True or false."""
    value = resource.value(*path)
    if isinstance(value, Unknown) or value is None or isinstance(value, bool):
        return value
    if value in ("true", "false"):  # as Terraform in JSON syntax may have it
        return bool(value == "true")
    return resource.unknown_at(path)


def count(resource: Resource, *path: str | int) -> MaybeUnknown[int]:
    """How many blocks or items there are."""
    value = resource.value(*path)
    if isinstance(value, Unknown):
        return value
    if value is None:
        return 0
    return len(value) if isinstance(value, list) else 1


def json_object(resource: Resource, *path: str | int) -> MaybeUnknown[dict[str, Any] | None]:
    """A JSON text as a table, with references in it left as they are; `null` and `{}` are not set."""
    value = raw(resource, *path)
    if isinstance(value, Unknown) or value is None:
        return value
    if isinstance(value, str) and value.strip() == "null":
        return None
    content = value if isinstance(value, dict) else parsed_json(value)
    return content or None if isinstance(content, dict) else resource.unknown_at(path)


def raw(resource: Resource, *path: str | int) -> MaybeUnknown[Any]:
    """The value; in synthesized JSON also a text with expressions in it, which are written as the rules write references."""
    value = resource.document.raw(resource, path)
    return None if value == "" else value


def amount(resource: Resource, *path: str | int) -> int:
    """How many blocks or items there are, as far as is known."""
    found = count(resource, *path)
    return 0 if isinstance(found, Unknown) else found

"""Ids of parametrized values in a test's name. pytest itself would only count them: `change0`, `change1`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from collections.abc import Set as AnySet
from datetime import date, timedelta
from functools import singledispatch
from pathlib import PurePath
from types import FunctionType
from typing import Any

from botocore.exceptions import ClientError
from pydantic import BaseModel

from queuesmith.rules.unknown import Unknown

LONGEST = 60
NAMED_BY_PYTEST = 100
"""Characters. pytest uses a counter for longer strings."""
PLAIN = (str, bool, int, float, type(None))


def name_of(value: object, argument: str) -> str | None:
    """The id, the same in every process. None if pytest's own id is good."""
    if isinstance(value, str):
        return _shortened(value) if not value or len(value) > NAMED_BY_PYTEST else None
    if isinstance(value, bytes):
        return value.decode() if value and value.isascii() and value.decode().isprintable() else argument
    if isinstance(value, FunctionType):
        return argument if value.__name__ == "<lambda>" else value.__name__
    if isinstance(value, tuple | list) and len(value) == 1 and not isinstance(value[0], PLAIN):
        (value,) = value
    text = None if isinstance(value, PLAIN) else _text(value)
    return None if text is None else _shortened(text)


def described(changes: Mapping[str, Any], longest: int = LONGEST) -> str:
    """The id of a dict of changes, for an id that a test builds itself."""
    return _shortened(_pairs(changes), longest)


@singledispatch
def _text(value: object) -> str | None:
    """A stable text for the value. None if it has no text that is the same in every process."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = (field.name for field in dataclasses.fields(value) if _is_given(value, field))
        return _pairs({name: getattr(value, name) for name in given})
    return None


def _is_given(value: Any, field: dataclasses.Field[Any]) -> bool:
    """Whether a field has a value other than its default."""
    default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    return bool(getattr(value, field.name) != default)


@_text.register
def _(value: Unknown) -> str:
    return "unknown"


@_text.register
def _(value: Mapping) -> str:  # type: ignore[type-arg]
    return _pairs(value) or "{}"


@_text.register(list)
@_text.register(tuple)
def _(value: list[Any] | tuple[Any, ...]) -> str:
    return " ".join(_inner(each) for each in value)


@_text.register
def _(value: AnySet) -> str:  # type: ignore[type-arg]
    return " ".join(sorted(map(_inner, value)))


@_text.register
def _(value: BaseException) -> str:
    return str(value.response["Error"]["Code"]) if isinstance(value, ClientError) else type(value).__name__


@_text.register(date)
@_text.register(timedelta)
def _(value: date | timedelta) -> str:
    return str(value)


@_text.register
def _(value: PurePath) -> str:
    return value.name


@_text.register
def _(value: BaseModel) -> str:
    return _pairs({name: getattr(value, name) for name in type(value).model_fields if name in value.model_fields_set})


def _pairs(table: Mapping[Any, Any]) -> str:
    return ", ".join(f"{key}={_inner(value)}" for key, value in table.items())


def _inner(value: object) -> str:
    """The text of a value inside another one."""
    if isinstance(value, PLAIN):
        return str(value) or '""'
    text = _text(value)
    if type(value) is object:
        return "unset"
    if text is None or (dataclasses.is_dataclass(value) and not isinstance(value, Unknown)):
        return f"{type(value).__name__}({text or ''})"
    return f"{{{text}}}" if isinstance(value, Mapping) and value else text or "[]"


def _shortened(text: str, longest: int = LONGEST) -> str:
    """On one line, in ASCII, and short enough to read at a glance."""
    counted = re.sub(r"(.)\1{19,}", lambda run: f"{run[1]}*{len(run[0])}", text)
    plain = " ".join(counted.split()).encode("ascii", "backslashreplace").decode()
    shown = "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in plain)
    return (shown if len(shown) <= longest else f"{shown[: longest - 3]}...") or "nothing"

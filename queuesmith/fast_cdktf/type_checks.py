"""Makes the type checks of generated bindings fast without removing any.

Each constructor of the bindings reads its annotations on every call and compares every argument with them, even arguments that
were not given. This module reads annotations once and immediately accepts values whose type is known to be valid. Every other
value goes through the original check, with the same error.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from types import ModuleType, NoneType
from typing import Any

CHECK_FUNCTION = "check_type"
"""The function in each generated module that compares a value with a type."""


class _ValidTypes:
    """An expected type, and the types whose values are all valid for it."""

    __slots__ = ("expected", "is_plain_class", "types")

    def __init__(self, expected: Any) -> None:
        self.expected = expected  # a reference, so that its id is not reused
        self.is_plain_class = _is_plain_class(expected)
        self.types = _types(expected)


def _is_plain_class(expected: Any) -> bool:
    """Whether every instance is valid. Types whose values are inspected or converted need the full check."""
    return (
        inspect.isclass(expected)
        and typing.get_origin(expected) is None
        and not getattr(expected, "_is_protocol", False)
        and not typing.is_typeddict(expected)
        and not issubclass(expected, (float, complex, bytes, tuple))
    )


def _types(expected: Any) -> set[type]:
    if expected in (str, int, bool, NoneType):
        return {expected}
    if expected is float:
        return {float, int}
    if typing.get_origin(expected) is typing.Union:
        return set().union(*map(_types, typing.get_args(expected)))
    return {expected} if _is_plain_class(expected) else set()


_valid_types: dict[int, _ValidTypes] = {}


def _fast(check: Callable[..., None]) -> Callable[..., None]:
    """Return a check that calls the module's own check only if the result is not known."""

    def check_type(argname: str, value: object, expected_type: Any) -> None:
        valid = _valid_types.get(id(expected_type))
        if valid is None:
            valid = _valid_types[id(expected_type)] = _ValidTypes(expected_type)
        if type(value) in valid.types:
            return
        check(argname=argname, value=value, expected_type=expected_type)
        if valid.is_plain_class and issubclass(type(value), valid.expected):  # isinstance trusts proxies
            valid.types.add(type(value))

    return check_type


def _typing_with_cached_hints() -> ModuleType:
    copy = ModuleType("typing")
    vars(copy).update(vars(typing))
    copy.get_type_hints = functools.cache(typing.get_type_hints)  # type: ignore[attr-defined]
    return copy


_typing = _typing_with_cached_hints()


def install_fast_type_checks(module: ModuleType) -> None:
    """Make the checks of a generated module fast, if it has the expected function."""
    check = vars(module).get(CHECK_FUNCTION)
    if vars(module).get("typing") is not typing or not inspect.isfunction(check):
        return
    if list(inspect.signature(check).parameters) == ["argname", "value", "expected_type"]:
        vars(module)["typing"] = _typing
        vars(module)[CHECK_FUNCTION] = _fast(check)

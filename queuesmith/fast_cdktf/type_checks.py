"""Makes the type checks of generated bindings fast without making them fewer.

Each constructor of the bindings reads its own annotations on every call and compares every argument with them, also the
arguments that were not given. Here annotations are read once, and a value whose type is known to fit is accepted immediately.
Every other value goes through the same check as before, with the same error.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable
from types import ModuleType, NoneType
from typing import Any

CHECKED = "check_type"
"""The function of each generated module that compares a value with a type."""


class _Fitting:
    """An expected type, and the types of which every value fits."""

    __slots__ = ("expected", "is_plain_class", "kinds")

    def __init__(self, expected: Any) -> None:
        self.expected = expected  # keeps its id from being given to another
        self.is_plain_class = _is_plain_class(expected)
        self.kinds = _kinds(expected)


def _is_plain_class(expected: Any) -> bool:
    """Whether every instance of it fits. Types whose values are inspected or converted are left to the full check."""
    return (
        inspect.isclass(expected)
        and typing.get_origin(expected) is None
        and not getattr(expected, "_is_protocol", False)
        and not typing.is_typeddict(expected)
        and not issubclass(expected, (float, complex, bytes, tuple))
    )


def _kinds(expected: Any) -> set[type]:
    if expected in (str, int, bool, NoneType):
        return {expected}
    if expected is float:
        return {float, int}
    if typing.get_origin(expected) is typing.Union:
        return set().union(*map(_kinds, typing.get_args(expected)))
    return {expected} if _is_plain_class(expected) else set()


_fitting: dict[int, _Fitting] = {}


def _fast(check: Callable[..., None]) -> Callable[..., None]:
    """Return a check that asks the module's own check only if the answer is not known."""

    def check_type(argname: str, value: object, expected_type: Any) -> None:
        fitting = _fitting.get(id(expected_type))
        if fitting is None:
            fitting = _fitting[id(expected_type)] = _Fitting(expected_type)
        if type(value) in fitting.kinds:
            return
        check(argname=argname, value=value, expected_type=expected_type)
        if fitting.is_plain_class and issubclass(type(value), fitting.expected):  # a proxy can pretend to be an instance
            fitting.kinds.add(type(value))

    return check_type


def _typing_with_cached_hints() -> ModuleType:
    copy = ModuleType("typing")
    vars(copy).update(vars(typing))
    copy.get_type_hints = functools.cache(typing.get_type_hints)  # type: ignore[attr-defined]
    return copy


_typing = _typing_with_cached_hints()


def install_fast_type_checks(module: ModuleType) -> None:
    """Make the checks of a generated module fast, if it has the function that is expected."""
    check = vars(module).get(CHECKED)
    if vars(module).get("typing") is not typing or not inspect.isfunction(check):
        return
    if list(inspect.signature(check).parameters) == ["argname", "value", "expected_type"]:
        vars(module)["typing"] = _typing
        vars(module)[CHECKED] = _fast(check)

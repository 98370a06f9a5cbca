"""Makes the type checks of the generated bindings quick without making them fewer.

Each constructor of the bindings reads its own annotations anew and compares every argument with them, those that were not
given too: a third of the time of a resource. Here annotations are read once, and a value whose type has been found to fit is
let through at once; everything else is judged by the same check as before, with the same error.
"""

from __future__ import annotations

import functools
import inspect
import sys
import typing
from collections.abc import Callable
from types import ModuleType, NoneType
from typing import Any

GENERATED = frozenset({"cdktf", "cdktf_cdktf_provider_aws", "constructs"})
"""The packages that jsii has generated."""
CHECKED = "check_type"
"""The function of each generated module that compares a value with a type."""


class _Fitting:
    """A type, and the types of values that fit whatever the value is."""

    __slots__ = ("expected", "grows", "kinds")

    def __init__(self, expected: Any) -> None:
        self.expected = expected  # keeps its id from being given to another
        self.grows = _is_plain_class(expected)
        self.kinds = _kinds(expected)


def _is_plain_class(expected: Any) -> bool:
    """Whether fitting is being an instance. What has to be looked into, or may be converted, is left to the full check."""
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


def _quick(check: Callable[..., None]) -> Callable[..., None]:
    """A module's own check, asked where the answer is not known."""

    def check_type(argname: str, value: object, expected_type: Any) -> None:
        fitting = _fitting.get(id(expected_type))
        if fitting is None:
            fitting = _fitting[id(expected_type)] = _Fitting(expected_type)
        if type(value) in fitting.kinds:
            return
        check(argname=argname, value=value, expected_type=expected_type)
        if fitting.grows and issubclass(type(value), fitting.expected):  # what stands for another object may say it is one
            fitting.kinds.add(type(value))

    return check_type


def _typing_that_remembers() -> ModuleType:
    copy = ModuleType("typing")
    vars(copy).update(vars(typing))
    copy.get_type_hints = functools.cache(typing.get_type_hints)  # type: ignore[attr-defined]
    return copy


_typing = _typing_that_remembers()


def quicken() -> None:
    """Make the checks of all generated modules quick that are imported by now."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in GENERATED or getattr(module, "typing", None) is not typing:
            continue
        check = getattr(module, CHECKED, None)
        if inspect.isfunction(check) and list(inspect.signature(check).parameters) == ["argname", "value", "expected_type"]:
            module.typing = _typing  # type: ignore[attr-defined]
            setattr(module, CHECKED, _quick(check))

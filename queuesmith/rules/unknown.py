"""Unknown is unknown: a value that a token stands for, or that exists only after apply, is never guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Unknown:
    """A value that is there but cannot be read. `what` names it for the list of what could not be judged."""

    what: str = "a value that is known only after apply"
    text: str = field(default="", compare=False, repr=False)
    """What is written there, with its `${…}` parts. QL203 looks for secrets in it; it is never printed."""


MaybeUnknown: TypeAlias = T | Unknown


class NotKnownError(Exception):
    """A rule met a value that is unknown; the book catches it and counts the rule as not judged there."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.what)
        self.unknown = unknown


def known(value: T | Unknown) -> T:
    """The value. Raises NotKnownError where it is unknown."""
    if isinstance(value, Unknown):
        raise NotKnownError(value)
    return value

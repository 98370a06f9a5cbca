"""Unknown values: a token, or a value that is known only after apply. They are never guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Unknown:
    """A value that exists but cannot be read. `what` names it in the list of skipped checks."""

    what: str = "a value that is known only after apply"
    text: str = field(default="", compare=False, repr=False)
    """The text as written, with its `${…}` parts. QL203 looks for secrets in it. It is never printed."""


MaybeUnknown: TypeAlias = T | Unknown


class NotKnownError(Exception):
    """A rule needs a value that is unknown. `Rule.apply` catches the error and reports the check as skipped."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.what)
        self.unknown = unknown


def known(value: T | Unknown) -> T:
    """Return the value. Raises NotKnownError if it is unknown."""
    if isinstance(value, Unknown):
        raise NotKnownError(value)
    return value

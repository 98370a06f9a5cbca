"""Three-valued logic for policies: true, false, or unknown; and what holds whatever a caller chooses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from queuesmith.rules.unknown import MaybeUnknown, Unknown


def either(values: Iterable[MaybeUnknown[bool]]) -> MaybeUnknown[bool]:
    """Whether one of these is true; unknown if none is and one is unknown."""
    unknown: Unknown | None = None
    for value in values:
        if isinstance(value, Unknown):
            unknown = unknown or value
        elif value:
            return True
    return unknown or False


def every(values: Iterable[MaybeUnknown[bool]]) -> MaybeUnknown[bool]:
    """Whether all of these are true; unknown if none is false and one is unknown."""
    return opposite(either(map(opposite, values)))


def opposite(value: MaybeUnknown[bool]) -> MaybeUnknown[bool]:
    """Unknown stays unknown."""
    return value if isinstance(value, Unknown) else not value


@dataclass(frozen=True)
class Outcome:
    """Whether something holds for a caller who can choose a part of the request."""

    can: MaybeUnknown[bool]
    """For some choice of the caller."""
    must: MaybeUnknown[bool]
    """For every choice."""

    @classmethod
    def of(cls, value: MaybeUnknown[bool]) -> Outcome:
        """What no choice changes."""
        return cls(value, value)

    @property
    def is_chosen(self) -> bool:
        """Whether it depends on what the caller chooses."""
        return self.can is True and self.must is not True

    def negated(self) -> Outcome:
        """The opposite."""
        return Outcome(opposite(self.must), opposite(self.can))


def any_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Whether one of these holds."""
    listed = list(outcomes)
    return Outcome(either(each.can for each in listed), either(each.must for each in listed))


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Whether all of these hold."""
    listed = list(outcomes)
    return Outcome(every(each.can for each in listed), every(each.must for each in listed))

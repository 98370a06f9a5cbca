"""Three-valued logic for policies (true, false, unknown), for requests in which the caller chooses some values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from queuesmith.rules.unknown import MaybeUnknown, Unknown


def either(values: Iterable[MaybeUnknown[bool]]) -> MaybeUnknown[bool]:
    """Whether at least one value is true. Unknown if none is true and one is unknown."""
    unknown: Unknown | None = None
    for value in values:
        if isinstance(value, Unknown):
            unknown = unknown or value
        elif value:
            return True
    return unknown or False


def every(values: Iterable[MaybeUnknown[bool]]) -> MaybeUnknown[bool]:
    """Whether all values are true. Unknown if none is false and one is unknown."""
    return opposite(either(map(opposite, values)))


def opposite(value: MaybeUnknown[bool]) -> MaybeUnknown[bool]:
    """Return the negation. Unknown stays unknown."""
    return value if isinstance(value, Unknown) else not value


@dataclass(frozen=True)
class Outcome:
    """Whether a condition holds for a caller that can choose some values of the request."""

    can: MaybeUnknown[bool]
    """It holds for at least one choice of the caller."""
    must: MaybeUnknown[bool]
    """It holds for every choice of the caller."""

    @classmethod
    def of(cls, value: MaybeUnknown[bool]) -> Outcome:
        """Return an outcome that does not depend on the caller's choice."""
        return cls(value, value)

    @property
    def is_chosen(self) -> bool:
        """Whether the outcome depends on the caller's choice."""
        return self.can is True and self.must is not True

    def negated(self) -> Outcome:
        """Return the negated outcome."""
        return Outcome(opposite(self.must), opposite(self.can))


def any_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the disjunction: at least one outcome holds."""
    listed = list(outcomes)
    return Outcome(either(each.can for each in listed), either(each.must for each in listed))


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the conjunction: all outcomes hold."""
    listed = list(outcomes)
    return Outcome(every(each.can for each in listed), every(each.must for each in listed))

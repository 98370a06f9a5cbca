"""Three-valued logic for policies (true, false, unknown), for requests in which the caller chooses some values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from queuesmith.rules.unknown import MaybeUnknown, Unknown


def any_true(values: Iterable[MaybeUnknown[bool]]) -> MaybeUnknown[bool]:
    """Whether at least one value is true. Unknown if none is true and one is unknown."""
    unknown: Unknown | None = None
    for value in values:
        if isinstance(value, Unknown):
            unknown = unknown or value
        elif value:
            return True
    return unknown or False


def all_true(values: Iterable[MaybeUnknown[bool]]) -> MaybeUnknown[bool]:
    """Whether all values are true. Unknown if none is false and one is unknown."""
    return negation(any_true(map(negation, values)))


def negation(value: MaybeUnknown[bool]) -> MaybeUnknown[bool]:
    """Return the negation. Unknown stays unknown."""
    return value if isinstance(value, Unknown) else not value


@dataclass(frozen=True)
class Match:
    """Whether a condition or a statement matches a request, some of whose values the caller can choose."""

    possible: MaybeUnknown[bool]
    """It matches for at least one choice of the caller."""
    certain: MaybeUnknown[bool]
    """It matches for every choice of the caller."""

    @classmethod
    def of(cls, value: MaybeUnknown[bool]) -> Match:
        """Return a match that does not depend on the caller's choice."""
        return cls(value, value)

    @property
    def depends_on_caller(self) -> bool:
        """Whether the match depends on the caller's choice."""
        return self.possible is True and self.certain is not True

    def negated(self) -> Match:
        """Return the negated match."""
        return Match(negation(self.certain), negation(self.possible))


def any_match(matches: Iterable[Match]) -> Match:
    """Return the disjunction: at least one of them matches."""
    items = list(matches)
    return Match(any_true(each.possible for each in items), any_true(each.certain for each in items))


def all_match(matches: Iterable[Match]) -> Match:
    """Return the conjunction: all of them match."""
    items = list(matches)
    return Match(all_true(each.possible for each in items), all_true(each.certain for each in items))

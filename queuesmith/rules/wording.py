"""How messages say numbers, lists, and texts that a user wrote."""

from __future__ import annotations

from collections.abc import Sequence

from queuesmith.common.printing import printable
from queuesmith.rules.secret_values import kind_of_secret

LONGEST = 60
"""Characters of a user's text that a message shows."""


def shown(text: str) -> str:
    """A user's text for a message: in quotes, cut, without control characters, and not at all where it looks like a secret."""
    if kind_of_secret(text) is not None:
        return '"…"'
    cut = printable(text[:LONGEST])
    return f'"{cut}…"' if len(text) > LONGEST else f'"{cut}"'


def amount(number: float, unit: str = "") -> str:
    """A number that was found: `1,209,600 s`. What is to be typed stands without separators."""
    digits = f"{number:,}" if isinstance(number, int) else f"{number:,g}"
    return f"{digits} {unit}".rstrip()


def listed(items: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))

"""Formats numbers, lists and the user's texts for messages."""

from __future__ import annotations

from collections.abc import Sequence

from queuesmith.common.printing import printable
from queuesmith.rules.secret_values import kind_of_secret

LONGEST = 60
"""Characters of a user's text that a message shows at most."""


def quote(text: str) -> str:
    """Return a user's text for a message: quoted, shortened, without control characters. Likely secrets become `"…"`."""
    if kind_of_secret(text) is not None:
        return '"…"'
    cut = printable(text[:LONGEST])
    return f'"{cut}…"' if len(text) > LONGEST else f'"{cut}"'


def amount(number: float, unit: str = "") -> str:
    """Return a number for a message: `1,209,600 s`. Do not use it for values to copy: these have no separators."""
    digits = f"{number:,}" if isinstance(number, int) else f"{number:,g}"
    return f"{digits} {unit}".rstrip()


def join_words(items: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))

"""The texts of a message for a page. Everything in a message is text: the templates escape it."""

from __future__ import annotations

import json

from queuesmith.common.printing import LINE_CHARACTERS, printable, to_json

SHOWN_CHARACTERS = 20_000
"""Characters of a body that a page shows."""


def pretty(body: str) -> str:
    """A body for people: JSON is indented. Characters that could hide or reorder text are escaped. A long body is cut."""
    try:
        content = json.loads(body)
        text = to_json(content) if isinstance(content, dict | list) else printable(body, LINE_CHARACTERS)
    except (ValueError, RecursionError):
        text = printable(body, LINE_CHARACTERS)
    if len(text) <= SHOWN_CHARACTERS:
        return text
    return f"{text[:SHOWN_CHARACTERS]}\n… {len(text) - SHOWN_CHARACTERS:,} more characters"

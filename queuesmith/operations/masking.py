"""Replaces the parts of a text that differ from message to message, so that alike reasons become the same text."""

from __future__ import annotations

import re

_PARTS = {
    "keep": r"\b(?:HTTP|status|code|errno|error)(?:[ _]?code)?[ :=(\[#/]{1,3}\d{1,5}\b(?![.,:-]?\w)",  # they name the cause
    "arn": r"\barn:aws[a-z-]*:[^\s\"'`,;()\[\]{}<>]+",
    "email": r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "uuid": r"(?<![0-9a-z])[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}(?![0-9a-z])",
    "time": r"(?<!\d)\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d)(?!\w))?)?(?!\d)",
    "id": r"(?<![^\W_])(?=[a-z]*\d)(?:0x[0-9a-f]+|(?=(?:[a-z]*\d+[a-z]+){2}|\d*[a-f]+\d)[0-9a-z]{8,})(?![^\W_])",
    "number": r"(?:(?<!\w)[-+])?\d+(?:[.,:]\d+)*",
}
"""Regular expressions by the name of the placeholder. The first that matches at a position is used."""
_PATTERN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PARTS.items()), re.IGNORECASE)


def mask(text: str) -> str:
    """Replace ARNs, email addresses, UUIDs, times, ids and numbers with `<arn>`, `<email>`, `<uuid>`, `<time>`, `<id>` and
    `<number>`.

    Status and error codes, as in `HTTP 503` or `code 11`, are kept. Masking a masked text changes nothing.
    """
    while (masked := _PATTERN.sub(_placeholder, text)) != text:
        text = masked  # once more: a placeholder can end a word, so that what follows it becomes an ARN or a code
    return text


def _placeholder(match: re.Match[str]) -> str:
    return match[0] if match.lastgroup == "keep" else f"<{match.lastgroup}>"

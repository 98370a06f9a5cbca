"""Splits texts with Terraform expressions, such as `${aws_sqs_queue.orders.name}-dlq`."""

from __future__ import annotations

import re
from collections.abc import Iterator

EXPRESSION = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
"""The start of an expression."""
_BRACKET = re.compile(r'[{}"\\]')


def pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """Split a text into literals and the contents of `${…}`. An expression without an end extends to the end of the text."""
    position = 0
    while start := EXPRESSION.search(text, position):
        yield text[position : start.start()], None
        end = _end(text, start.end())
        yield "", text[start.end() : end]
        position = end + 1
    yield text[position:], None


def _end(text: str, position: int) -> int:
    """Return the position where an open brace is closed. Braces inside quoted texts do not count."""
    depth, quoted = 1, False
    while match := _BRACKET.search(text, position):
        position = match.end()
        if match[0] == "\\":
            position += 1
        elif match[0] == '"':
            quoted = not quoted
        elif not quoted:
            depth += 1 if match[0] == "{" else -1
            if depth == 0:
                return match.start()
    return len(text)

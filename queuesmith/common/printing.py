"""Texts for people and scripts alike: safe for a terminal, whatever its encoding, and numbers with their nouns.

Imports nothing but `json` and `re`, so that whoever prints an error or a line pays for nothing else.
"""

from __future__ import annotations

import json
import re
from typing import TextIO

VERSION = 1
"""Of the JSON documents; it changes when a key goes or changes its meaning. New keys may come without."""
STANDARD_INPUT = "standard input"
"""What messages and reports call an input that has no name."""
LINES = "\n\t"
"""What a text of several lines keeps of its control characters."""
_MEGABYTE = 1_048_576
"""Bytes: Lambda's limits are in the same."""
_CONTROL = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal may act on, beside what JSON escapes anyway."""


def printable(text: str, keep: str = "") -> str:
    """The text with control characters written out, except those to `keep`: what a file, a message or a log holds must not
    steer somebody's terminal.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in keep else char.encode("unicode_escape").decode("ascii") for char in text
    )


def one_line(text: str) -> str:
    """The text as one line: what a message, a log or AWS says must not look like a line of this program's own."""
    return printable(text, "\t")


def encodable(text: str, encoding: str | None) -> str:
    """The text with an escape for what an encoding does not have; None is UTF-8."""
    known = encoding or "utf-8"
    return text.encode(known, "backslashreplace").decode(known)


def to_json(content: object, *, compact: bool = False) -> str:
    """JSON, indented or on one line; what is not of JSON as its text, and what a terminal may act on as an escape."""
    if compact:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
    else:
        text = json.dumps(content, ensure_ascii=False, indent=2, default=str)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def write(text: str, stream: TextIO) -> None:
    """Write what is for a machine to a stream, in UTF-8 whatever the locale.

    A lone surrogate becomes the escape that JSON has for it. A stream without bytes below it, such as a test's, gets the text.
    """
    stream.flush()
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(text)
    else:
        binary.write(text.encode("utf-8", "backslashreplace"))
    stream.flush()


def counted(number: int, one: str, several: str = "") -> str:
    """`1 error`, `1,200 errors`; `several` where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def megabytes(size: int) -> str:
    """`12.3 MB` of a number of bytes."""
    return f"{size / _MEGABYTE:,.1f} MB"

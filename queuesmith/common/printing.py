"""Text for people and scripts: safe for a terminal, in any encoding, and numbers with nouns.

This module imports only `json` and `re`, so that printing an error or a line needs no slow imports.
"""

from __future__ import annotations

import json
import re
from typing import TextIO

JSON_VERSION = 2
"""The version of the JSON documents. It changes when a key is removed or changes its meaning. New keys do not change it."""
STANDARD_INPUT = "standard input"
"""The name of an input that has none, in messages and reports."""
LINE_CHARACTERS = "\n\t"
"""Control characters that text with several lines keeps."""
_MEGABYTE = 1_048_576
"""Bytes. Lambda's limits use the same unit."""
_CONTROL = re.compile("[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that a terminal can interpret, in addition to those that JSON always escapes."""


def printable(text: str, keep: str = "") -> str:
    """Escape the control characters in a text, except those in `keep`, so that the content of a file, a message or a log cannot
    control the terminal.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in keep else char.encode("unicode_escape").decode("ascii") for char in text
    )


def one_line(text: str) -> str:
    """The text on one line, so that the content of a message, a log or an AWS error cannot look like this program's output."""
    return printable(text, "\t")


def encodable(text: str, encoding: str | None) -> str:
    """The text with escapes for the characters that an encoding does not support. None: UTF-8."""
    known = encoding or "utf-8"
    return text.encode(known, "backslashreplace").decode(known)


def to_json(content: object, *, compact: bool = False) -> str:
    """JSON, indented or on one line.

    Unsupported values become strings, and characters that a terminal interprets become escapes.
    """
    if compact:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
    else:
        text = json.dumps(content, ensure_ascii=False, indent=2, default=str)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def write_utf8(text: str, stream: TextIO) -> None:
    """Write machine-readable text to a stream, in UTF-8 regardless of the locale.

    A lone surrogate becomes its JSON escape. A stream without an underlying binary stream, such as a test's, receives the text.
    """
    stream.flush()
    binary = getattr(stream, "buffer", None)
    if binary is None:
        stream.write(text)
    else:
        binary.write(text.encode("utf-8", "backslashreplace"))
    stream.flush()


def counted(number: int, one: str, several: str = "") -> str:
    """`1 error`, `1,200 errors`; `several` is the plural if it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def megabytes(size: int) -> str:
    """A number of bytes as `12.3 MB`."""
    return f"{size / _MEGABYTE:,.1f} MB"

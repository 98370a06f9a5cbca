"""Keeps the values of secrets that the worker has read out of what it writes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

from queuesmith_worker.error_text import text_of

SHORTEST = 4
"""Characters. What is shorter would turn up by chance in every line."""
MASK = "***"
_IN_PUBLIC = frozenset(
    {"engine", "host", "port", "dbname", "username", "masterarn", "dbInstanceIdentifier", "dbClusterIdentifier"}
)
"""Keys of a database's secret that say where it is and who logs in (Secrets Manager user guide, JSON structure of secrets).
Their values are names that a log is full of.
"""
_NO_SECRETS = frozenset({"true", "false", "null", "none"})

_hidden: list[str] = []
_hiding = threading.Lock()


def hide(value: str) -> None:
    """Never write this value again: neither whole, nor one of its lines, nor a value in it where it is JSON."""
    parts = {part for part in _parts(value) if len(part) >= SHORTEST and part.lower() not in _NO_SECRETS}
    forms = {form for part in parts for form in _forms(part)}
    global _hidden  # noqa: PLW0603 - a new list: a thread that is masking with the one before is not to miss any of it
    with _hiding:
        _hidden = sorted({*_hidden, *forms}, key=len, reverse=True)


def is_anything_hidden() -> bool:
    """Whether a secret has been read."""
    return bool(_hidden)


def redacted(text: str) -> str:
    """The text with every hidden value masked."""
    for value in _hidden:
        text = text.replace(value, MASK)
    return text


def masked(item: Any) -> Any:
    """What is about to be written as JSON, with every hidden value masked in its texts: masking what JSON has become would
    break it. What JSON does not know is its text.
    """
    if isinstance(item, str):
        return redacted(item)
    if item is None or isinstance(item, bool):
        return item
    if isinstance(item, int | float):
        return MASK if str(item) in _hidden else item
    if isinstance(item, dict):
        return {redacted(_text(key)): masked(value) for key, value in item.items()}
    if isinstance(item, list | tuple | set | frozenset):
        return [masked(each) for each in item]
    return redacted(_text(item))


def _text(item: object) -> str:
    return text_of(item, f"a {type(item).__name__} without a text")


def _parts(value: str) -> set[str]:
    parts = {value, value.strip(), *(line.strip() for line in value.splitlines())}
    try:
        waiting = [json.loads(value)]
    except ValueError:
        return parts
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(inner for key, inner in item.items() if key not in _IN_PUBLIC)
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, str):
            parts |= {item, *(line.strip() for line in item.splitlines())}
        elif isinstance(item, int | float) and not isinstance(item, bool):
            parts.add(str(item))
    return parts


def _forms(value: str) -> set[str]:
    """As it stands in text, in JSON, in what Python prints of it, and in a URL; and as JSON and Python show those."""
    plain = {value, *_shown(value), quote(value, safe=""), quote_plus(value)}
    return plain | {shown for form in plain for shown in _shown(form)}


def _shown(value: str) -> Iterable[str]:
    """In JSON, and in Python between either kind of quotes."""
    printed = repr(f"{value}'\"")[1:-1].removesuffix("\\'\"")  # both kinds in it: then ' is the one that is escaped
    return (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1], printed)

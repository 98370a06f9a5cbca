"""Masks the values of the secrets that the worker has read, in everything that it writes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

from queuesmith_worker.outcomes import text_of

MIN_LENGTH = 4
"""Characters. Shorter values are not masked, because they would occur by chance in every line."""
MASK = "***"
_PUBLIC_KEYS = frozenset(
    {"engine", "host", "port", "dbname", "username", "masterarn", "dbInstanceIdentifier", "dbClusterIdentifier"}
)
"""Keys of a database secret that name the database and its user (Secrets Manager user guide, JSON structure of secrets).
Their values are not masked, because they are names that occur in many log lines.
"""
_COMMON_WORDS = frozenset({"true", "false", "null", "none"})

_secrets: list[str] = []
_lock = threading.Lock()


def register_secret(value: str) -> None:
    """Mask this value from now on: the whole value, each of its lines, and, if it is JSON, each value in it."""
    parts = {part for part in _parts(value) if len(part) >= MIN_LENGTH and part.lower() not in _COMMON_WORDS}
    forms = {form for part in parts for form in _forms(part)}
    global _secrets  # noqa: PLW0603 - a new list, so that another thread that is masking can finish with the old one
    with _lock:
        _secrets = sorted({*_secrets, *forms}, key=len, reverse=True)


def has_secrets() -> bool:
    """Whether a secret has been read, so that lines need masking."""
    return bool(_secrets)


def mask_text(text: str) -> str:
    """The text with all secret values masked."""
    for value in _secrets:
        text = text.replace(value, MASK)
    return text


def mask(item: Any) -> Any:
    """Mask an object before it is written as JSON: masking in the finished JSON text could make it invalid.

    Objects that JSON does not support are replaced with their text.
    """
    if isinstance(item, str):
        return mask_text(item)
    if item is None or isinstance(item, bool):
        return item
    if isinstance(item, int | float):
        return MASK if str(item) in _secrets else item
    if isinstance(item, dict):
        return {mask_text(_text(key)): mask(value) for key, value in item.items()}
    if isinstance(item, list | tuple | set | frozenset):
        return [mask(each) for each in item]
    return mask_text(_text(item))


def _text(item: object) -> str:
    return text_of(item, f"a {type(item).__name__} whose text is not available")


def _parts(value: str) -> set[str]:
    parts = {value, value.strip(), *(line.strip() for line in value.splitlines())}
    try:
        waiting = [json.loads(value)]
    except ValueError:
        return parts
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(inner for key, inner in item.items() if key not in _PUBLIC_KEYS)
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, str):
            parts |= {item, *(line.strip() for line in item.splitlines())}
        elif isinstance(item, int | float) and not isinstance(item, bool):
            parts.add(str(item))
    return parts


def _forms(value: str) -> set[str]:
    """The value as it appears in text, in JSON, in Python's `repr` and in URLs, and each of these again in JSON and `repr`."""
    plain = {value, *_escaped(value), quote(value, safe=""), quote_plus(value)}
    return plain | {escaped for form in plain for escaped in _escaped(form)}


def _escaped(value: str) -> Iterable[str]:
    """The value as it appears in JSON, and in Python's `repr` with single or double quotes."""
    printed = repr(f"{value}'\"")[1:-1].removesuffix("\\'\"")  # with both kinds of quotes in it, Python escapes '
    return (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1], printed)

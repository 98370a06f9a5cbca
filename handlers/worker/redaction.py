"""Keeps the values of secrets that the worker has read out of what it writes."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

SHORTEST = 4
"""Characters. What is shorter would turn up by chance in every line."""
MASK = "***"

_hidden: list[str] = []


def hide(value: str) -> None:
    """Never write this value again: neither whole, nor one of its lines, nor a value in it where it is JSON."""
    found = {form for part in _parts(value) if len(part) >= SHORTEST for form in _forms(part)}
    _hidden[:] = sorted({*_hidden, *found}, key=len, reverse=True)


def redacted(text: str) -> str:
    """The text with every hidden value masked."""
    for value in _hidden:
        text = text.replace(value, MASK)
    return text


def _parts(value: str) -> set[str]:
    parts = {value, value.strip(), *(line.strip() for line in value.splitlines())}
    try:
        waiting = [json.loads(value)]
    except ValueError:
        return parts
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, str):
            parts |= {item, *(line.strip() for line in item.splitlines())}
        elif isinstance(item, int | float) and not isinstance(item, bool):
            parts.add(str(item))
    return parts


def _forms(value: str) -> set[str]:
    """As it stands in text, in JSON, in what Python prints of it, and in a URL; in JSON once more, as a log line is."""
    plain = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1]}
    plain |= {quote(value, safe=""), quote_plus(value)}
    return plain | {json.dumps(form, ensure_ascii=False)[1:-1] for form in plain}

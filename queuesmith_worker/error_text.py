"""Texts of what has none: an object of somebody else's may fail where it is asked for its text."""

from __future__ import annotations


def reason_of(error: BaseException) -> str:
    """The exception's type and text."""
    return f"{type(error).__name__}: {text_of(error, 'it has no text')}"


def text_of(item: object, otherwise: str) -> str:
    """The item's text, or another where asking for it raises."""
    try:
        return str(item)
    except Exception:
        return otherwise

"""Texts of exceptions and other objects, also if their `__str__` raises."""

from __future__ import annotations


def reason_of(error: BaseException) -> str:
    """The exception's type and text."""
    return f"{type(error).__name__}: {text_of(error, 'its text is not available')}"


def text_of(item: object, otherwise: str) -> str:
    """`str(item)`, or `otherwise` if that raises."""
    try:
        return str(item)
    except Exception:
        return otherwise

"""The parts of a rule's table of cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

Change: TypeAlias = dict[str, Any]
"""The differences from the good pipeline."""


@dataclass(frozen=True)
class Cases:
    """Changes of the good pipeline, by the result of the rule."""

    fine: tuple[Change, ...] = ()
    """Just inside the limit, or unset if that is allowed: no finding."""
    hard: tuple[Change, ...] = ()
    """An error that cannot be suppressed."""
    error: tuple[Change, ...] = ()
    warning: tuple[Change, ...] = ()
    unknown: tuple[Change, ...] = ()
    """Skipped, and reported as skipped."""


def _on(part: str, changes: Change) -> tuple[Change, ...]:
    return ({part: changes},)


def queue(**changes: Any) -> tuple[Change, ...]:
    """The queue with other values."""
    return _on("queue", changes)


def dlq(**changes: Any) -> tuple[Change, ...]:
    """The DLQ with other values."""
    return _on("dead_letter_queue", changes)


def both(**changes: Any) -> tuple[Change, ...]:
    """The queue with other values, and the DLQ with the same."""
    return queue(**changes) + dlq(**changes)


def function(**changes: Any) -> tuple[Change, ...]:
    """The function with other values."""
    return _on("function", changes)


def mapping(**changes: Any) -> tuple[Change, ...]:
    """The mapping with other values."""
    return _on("mapping", changes)


def log_group(**changes: Any) -> tuple[Change, ...]:
    """The log group with other values."""
    return _on("log_group", changes)


def role(*statements: Any, **changes: Any) -> tuple[Change, ...]:
    """A role with these statements."""
    return _on("role", {"statements": statements, **changes})


def each(part: str, attribute: str, *values: Any) -> tuple[Change, ...]:
    """One attribute of a part, with one value after the other."""
    return tuple({part: {attribute: value}} for value in values)


def each_of_both(attribute: str, *values: Any) -> tuple[Change, ...]:
    """The same on the queue, and on the DLQ."""
    return each("queue", attribute, *values) + each("dead_letter_queue", attribute, *values)


def together(*changes: tuple[Change, ...], **around: Any) -> tuple[Change, ...]:
    """Several changes at once."""
    merged: Change = dict(around)
    for (change,) in changes:
        for part, values in change.items():
            merged[part] = {**merged.get(part, {}), **values}
    return (merged,)

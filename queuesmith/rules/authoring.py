"""Everything that a rule's file imports: the model, the limits, and the functions that create problems and format values."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from queuesmith.rules import defaults, limits
from queuesmith.rules.alarms import Alarm, Metric
from queuesmith.rules.finding import Severity
from queuesmith.rules.function import Function, Role
from queuesmith.rules.limits import Range
from queuesmith.rules.part import Dialect, Part, name_of
from queuesmith.rules.pipeline import EventSourceMapping, KmsKey, Pipeline, Pollers
from queuesmith.rules.queue import Queue, ServiceSender
from queuesmith.rules.rule import Check, Problem, Problems, Rule
from queuesmith.rules.unknown import MaybeUnknown, NotKnownError, Unknown, known
from queuesmith.rules.wording import amount, join_words, quote


def error(part: Part, attribute: str, message: str, remedy: str = "", *, enforced_by_aws: bool = False) -> Problem:
    """Return a problem that stops synth. Without a remedy, it has the rule's."""
    return Problem(Severity.ERROR, part, attribute, message, remedy, enforced_by_aws)


def warning(part: Part, attribute: str, message: str, remedy: str = "") -> Problem:
    """Return a problem that is only printed. Without a remedy, it has the rule's."""
    return Problem(Severity.WARNING, part, attribute, message, remedy)


def check_range(part: Part, attribute: str, value: MaybeUnknown[int | None], allowed: Range, *, only: str = "") -> Problems:
    """Yield an error if a number is outside the range that AWS accepts. None is a number that is not set."""
    if isinstance(value, Unknown):
        yield value
    elif value is not None and value not in allowed:
        key = part.attribute_path(attribute)
        text = f"{key} is {amount(value, allowed.unit)}, but {only}{allowed} is allowed"
        yield error(part, attribute, text, f"Set {key} to a value in that range", enforced_by_aws=True)


def check_ranges(parts: Callable[[Pipeline], Iterable[Part | Unknown]], **allowed: Range) -> Check:
    """Return the check of a rule that only limits numbers of these parts to ranges, by the model's names of the attributes."""

    def check(pipeline: Pipeline) -> Problems:
        for part in parts(pipeline):
            for attribute, limit in allowed.items():
                yield from (
                    [part] if isinstance(part, Unknown) else check_range(part, attribute, getattr(part, attribute), limit)
                )

    return check


def for_both_queues(check: Callable[[Queue], Problems]) -> Check:
    """Turn a check of one queue into a rule's check of the queue and its DLQ."""

    def both(pipeline: Pipeline) -> Problems:
        for queue in pipeline.queues():
            try:
                yield from check(known(queue))
            except NotKnownError as error:
                yield error.unknown

    return both


__all__ = [
    "Alarm", "Dialect", "EventSourceMapping", "Function", "KmsKey", "MaybeUnknown",
    "Metric", "Part", "Pipeline", "Pollers", "Problem", "Problems", "Queue", "Range", "Role", "Rule",
    "ServiceSender", "Unknown", "amount", "check_range", "check_ranges", "defaults", "error", "for_both_queues", "join_words",
    "known", "limits", "name_of", "quote", "warning",
]  # fmt: skip

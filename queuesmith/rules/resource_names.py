"""Problems with names that AWS does not accept."""

from __future__ import annotations

from queuesmith.rules.authoring import Dialect, Part, Pipeline, Problem, Range, error, quote


def length_complaint(name: str, allowed: Range) -> str | None:
    """Return what is wrong with a name's length as a predicate, such as `is 81 characters long …`, or None if it is allowed."""
    return None if len(name) in allowed else f"is {len(name)} characters long, but {allowed} are allowed"


def name_problem(pipeline: Pipeline, part: Part, name: str, complaint: str, allowed: Range) -> Problem:
    """Return a problem with a part's name. The complaint is the predicate of a sentence about the name.

    In the settings, the name can be derived from the worker's name. Then the remedy is to change the worker's name.
    """
    key, worker, most = part.attribute_path("name"), pipeline.queue.name, allowed.high
    text = f"{key} is {quote(name)}, which {complaint}"
    if part.dialect is Dialect.SETTINGS and isinstance(worker, str) and name != worker:
        text = f"{part.label}'s name (from {key}) is {quote(name)}, which {complaint}"
        most -= max(len(name) - len(worker), 0)
    remedy = f"Set {key} to a name of at most {most} characters" if len(name) > allowed.high else f"Set {key} to another name"
    return error(part, "name", text, remedy)

"""What is said of a name that AWS does not take."""

from __future__ import annotations

from queuesmith.rules.authoring import Dialect, Part, Pipeline, Problem, Range, error, shown


def wrong_length(name: str, allowed: Range) -> str | None:
    """What is wrong with a name's length, as the end of a sentence."""
    return None if len(name) in allowed else f"is {len(name)} characters long, but {allowed} are allowed"


def misnamed(pipeline: Pipeline, part: Part, name: str, complaint: str, allowed: Range) -> Problem:
    """A problem with a part's name. In settings it may be made of the worker's, which is then what has to be changed."""
    key, worker, most = part.attribute_path("name"), pipeline.queue.name, allowed.high
    text = f"{key} is {shown(name)}, which {complaint}"
    if part.dialect is Dialect.SETTINGS and isinstance(worker, str) and name != worker:
        text = f"{key} gives {part.address} the name {shown(name)}, which {complaint}"
        most -= max(len(name) - len(worker), 0)
    way = f"Set {key} to one of at most {most} characters" if len(name) > allowed.high else f"Set {key} to another one"
    return error(part, "name", text, way)

"""What can still be judged of settings that cannot be used: all findings are said at once, not one run after the other."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from queuesmith.settings.field_types import UNKNOWN_NUMBER, UNKNOWN_TEXT
from queuesmith.settings.lookalikes import KeyPath
from queuesmith.settings.problems import key_path
from queuesmith.settings.worker import ACCESSES, WorkerSettings

ROUNDS = 5
"""How often what was put in place is itself found wrong, before a worker is given up."""
_IN_PLACE: dict[str, Any] = {
    "whole_number": UNKNOWN_NUMBER,
    "positive_number": UNKNOWN_NUMBER,
    "text": UNKNOWN_TEXT,
    "one_artifact": {"zip": UNKNOWN_TEXT},
}
_MISSING: dict[str, Any] = {"artifact": {"zip": UNKNOWN_TEXT}, "function": {"artifact": {"zip": UNKNOWN_TEXT}}}


def usable_tags(tags: object) -> dict[str, str]:
    """The tags that are texts."""
    if not isinstance(tags, dict):
        return {}
    return {key: value for key, value in tags.items() if isinstance(key, str) and isinstance(value, str)}


def salvage(environment: str, workers: object) -> dict[str, WorkerSettings]:
    """The workers with what is wrong in them made unknown; unknown is never judged. Those beyond that are left out."""
    if not isinstance(workers, dict):
        return {}
    made = {key: _salvaged(environment, key, data) for key, data in workers.items() if isinstance(data, dict)}
    return {key: settings for key, settings in made.items() if settings is not None}


def _salvaged(environment: str, key: str, data: dict[str, Any]) -> WorkerSettings | None:
    usable = {"name": f"{environment}-{key}", **copy.deepcopy(data)}
    for _ in range(ROUNDS):
        try:
            return WorkerSettings.model_validate(usable)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                _replace(usable, detail)
    return None


def _replace(data: dict[str, Any], detail: ErrorDetails) -> None:
    """Put a token in the place of what is wrong, or take it out where no token can stand."""
    if detail["type"] == "variables":
        for kind in ACCESSES:
            data.pop(kind, None)
    elif detail["type"] == "conflicts":
        for conflict in detail["ctx"]["conflicts"]:
            *way, last = conflict.path.split(".")
            if isinstance(place := _at(data, way), dict):
                place.pop(last, None)
    elif path := key_path(detail):
        _replace_at(data, path, detail)


def _at(data: dict[str, Any], way: Iterable[str | int]) -> Any:
    """What is at a key path; None where there is nothing."""
    place: Any = data
    for step in way:
        try:
            place = place[step]
        except (KeyError, IndexError, TypeError):
            return None
    return place


def _replace_at(data: dict[str, Any], path: KeyPath, detail: ErrorDetails) -> None:
    way, last = path[:-1], path[-1]
    is_key = path != detail["loc"]
    is_reason = way[-1:] == ("accept",)  # one that is made up would accept the finding
    place = _at(data, way)
    if detail["type"] == "missing" and isinstance(place, dict):
        place[last] = _MISSING.get(str(last), UNKNOWN_TEXT)
    elif detail["type"] in _IN_PLACE and not is_key and not is_reason and isinstance(place, dict):
        place[last] = copy.deepcopy(_IN_PLACE[detail["type"]])
    elif isinstance(place, dict):
        place.pop(last, None)
    elif isinstance(place, list) and isinstance(last, int):
        place[last] = UNKNOWN_TEXT

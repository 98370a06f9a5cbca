"""Converts pydantic's errors into sentences with the user's key, the value, and the allowed values."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from queuesmith.rules.secret_values import kind_of_secret, looks_secret_by_name
from queuesmith.rules.wording import quote
from queuesmith.settings.base import SENTENCE
from queuesmith.settings.environment import EnvironmentSettings
from queuesmith.settings.renamed_keys import RENAMED_KEYS, renamed

KeyPath = tuple[str | int, ...]

MAY_BE_SECRET = frozenset({"environment", "tags", "suppress", "secrets", "parameters", "external_id"})
"""Tables whose values are never shown, because they may contain a password."""

_TYPES = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "a list",
}
_UNQUOTED = {"whole_number": r"\d+", "positive_number": r"\d+(\.\d+)?"}
"""Forms of a text that is valid without its quotes."""
_KEY = "[key]"
"""The last part of pydantic's location if a key is invalid rather than its value."""


def problems_in(error: ValidationError) -> list[tuple[KeyPath, str]]:
    """Return the key path and a sentence for each problem."""
    return [_problem_in(each) for each in error.errors(include_url=False) if not _follows_from_another(each)]


def _follows_from_another(error: ErrorDetails) -> bool:
    """Whether an error is only a consequence of another: pydantic reports a list as too short if its items are invalid."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def _problem_in(error: ErrorDetails) -> tuple[KeyPath, str]:
    path, owner, models = _locate(error["loc"])
    dotted, kind = ".".join(map(str, path)), error["type"]
    if kind == SENTENCE:
        return path, f"{dotted} {error['msg']}"
    if kind == "extra_forbidden":
        return path, _unknown_key(dotted, owner, str(path[-1]))
    if kind == "missing":
        keys = f". Its keys are: {', '.join(models[0].model_fields)}" if len(models) == 1 else ""
        return path, f"{dotted} is missing{keys}"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return (*path, "type"), f'{dotted}.type is {_shown(error["input"].get("type"))}, but must be "local" or "s3"'
    if (
        error["input"] is True
        and len(models) == 1
        and not any(field.is_required() for field in models[0].model_fields.values())
    ):
        return path, f"{dotted} is true, but must be a table. For its defaults, set {dotted} = {{}}"
    is_secret = _may_be_secret(path) and error["loc"][-1] != _KEY  # the path contains an invalid key anyway
    value = _kind_of(error["input"]) if is_secret else _shown(error["input"])
    return path, f"{dotted} is {value}, but must be {_allowed(error)}{_quotes_hint(error)}"


def _locate(location: KeyPath) -> tuple[KeyPath, type[BaseModel] | None, list[type[BaseModel]]]:
    """Return the user's keys in an error's location, the model that contains the last one, and the models of its value."""
    path: KeyPath = ()
    owner: type[BaseModel] | None = None
    models: list[type[BaseModel]] = [EnvironmentSettings]
    is_name = False
    for key in location[:-1] if location[1:][-1:] == (_KEY,) else location:
        if len(models) > 1:  # pydantic inserts the type of the backend
            models = [model for model in models if key in get_args(model.model_fields["type"].annotation)]
            continue
        path = (*path, key)
        if is_name:
            owner, is_name = None, False
            continue
        owner = models[0] if models else None
        field = owner.model_fields.get(str(key)) if owner else None
        models = models_in(field.annotation) if field else []
        is_name = field is not None and get_origin(field.annotation) is dict
    return path, owner, models


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the settings models in a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in models_in(inner)]


def _unknown_key(dotted: str, model: type[BaseModel] | None, key: str) -> str:
    if model is None:
        return f'"{dotted}" is not a setting'
    known = [name for name in model.model_fields if (model, name) != (EnvironmentSettings, "environment")]
    if RENAMED_KEYS.get(key) in known:
        return renamed(dotted, RENAMED_KEYS[key])
    close = difflib.get_close_matches(key, known, n=1)
    hint = f'Did you mean "{close[0]}"? ' if close else ""
    return f'"{dotted}" is not a setting. {hint}The allowed keys are: {", ".join(known)}'


def _allowed(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return str(context["expected"])
    if kind == "too_short":
        container, item = ("table", "entry") if isinstance(error["input"], dict) else ("list", "item")
        return f"a {container} with at least {context['min_length']} {item}"
    return _TYPES.get(kind, error["msg"])


def _quotes_hint(error: ErrorDetails) -> str:
    """Return the fix for a number in quotes."""
    form = _UNQUOTED.get(error["type"])
    return ". Remove the quotes" if form and isinstance(error["input"], str) and re.fullmatch(form, error["input"]) else ""


def _may_be_secret(path: Iterable[str | int]) -> bool:
    """Whether the value at a key path may be a secret. The top-level key `environment` is the name of a file."""
    names = [key for key in path if isinstance(key, str)]
    return names != ["environment"] and (bool(MAY_BE_SECRET & set(names)) or looks_secret_by_name(names[-1]))


def _shown(value: object) -> str:
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, dict) and value and not any(kind_of_secret(str(key)) for key in value):
        return f"a table with {', '.join(map(str, value))}"
    return _kind_of(value) if value is None or isinstance(value, bool | list | tuple | dict) else str(value)


def _kind_of(value: object) -> str:
    """Describe the type of a value without the value."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"a list of length {len(value)}" if value else "an empty list"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str | dict):
        name = "string" if isinstance(value, str) else "table"
        return f"a {name}" if value else f"an empty {name}"
    return "a value of another type"

"""Turns pydantic's errors into the sentences of this project: the user's key, what was given, what is allowed."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from stacks.environment_settings import EnvironmentSettings, LocalBackend, S3Backend

KeyPath = tuple[str | int, ...]

LONGEST_SHOWN = 60
MAY_BE_SECRET = frozenset({"environment"})
"""Tables whose values are never shown: somebody may have put a password there."""

_TYPES = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "a list",
}


def describe(error: ErrorDetails) -> list[tuple[KeyPath, str]]:
    """The key paths that an error is about, and for each the problem in our words."""
    if error["type"] == "misfits":
        return [(tuple(path.split(".")), text) for path, text in error["ctx"]["problems"]]
    return [_described(error)]


def _described(error: ErrorDetails) -> tuple[KeyPath, str]:
    path = tuple(key for key in error["loc"] if key != "[key]")
    model = _model_at(path[:-1])
    if path[:1] == ("backend",) and path[1:2] in (("local",), ("s3",)):
        model = LocalBackend if path[1] == "local" else S3Backend
        path = (path[0], *path[2:])  # pydantic puts the kind of backend in between
    dotted = ".".join(str(key) for key in path)
    kind = error["type"]
    if kind == "extra_forbidden":
        return path, f"{dotted} is not a setting. {_known_keys(model, str(path[-1]))}".rstrip()
    if kind == "missing":
        return path, f"{dotted} is missing. {_meaning(model, str(path[-1]))}".rstrip()
    if kind == "variables":
        return path, f"the environment variables of {dotted} must each be {error['msg']}"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        given = error["input"].get("type") if isinstance(error["input"], dict) else None
        return (*path, "type"), f'{dotted}.type is {_shown(given)}, but must be "local" or "s3"'
    shown = _kind_of(error["input"]) if MAY_BE_SECRET & set(path[1:]) else _shown(error["input"])
    return path, f"{dotted} is {shown}, but must be {_allowed(error)}"


def follows_from_another(error: ErrorDetails) -> bool:
    """Whether pydantic counts a list as too short only because its items are wrong, which is said of each of them."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def _allowed(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return f"one of {context['expected']}"
    if kind == "too_short":
        return f"at least {context['min_length']} of them"
    return _TYPES.get(kind, error["msg"])


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= LONGEST_SHOWN else f'"{value[:LONGEST_SHOWN]}…"'
    if isinstance(value, dict):
        return f"a table with {', '.join(map(str, value)) or 'nothing'}"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return str(value)


def _kind_of(value: object) -> str:
    """What a value is, without the value."""
    if value is None or isinstance(value, bool | dict | list | tuple):
        return _shown(value)
    if isinstance(value, str):
        return "a text" if value else "an empty text"
    return "a number" if isinstance(value, int | float) else "something else"


def _known_keys(model: type[BaseModel] | None, key: str) -> str:
    if model is None:
        return ""
    known = [name for name in model.model_fields if (model, name) != (EnvironmentSettings, "environment")]
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}Allowed here: {', '.join(known)}"


def _meaning(model: type[BaseModel] | None, key: str) -> str:
    field = model.model_fields.get(key) if model else None
    kind = _model_in(field.annotation) if field else None
    return f"It has: {', '.join(kind.model_fields)}" if kind else ""


def _model_at(path: Iterable[str | int]) -> type[BaseModel] | None:
    """The settings model at a key path; None where there is none, or more than one could be meant."""
    model: type[BaseModel] | None = EnvironmentSettings
    annotation: Any = EnvironmentSettings
    for key in path:
        if model is not None:
            field = model.model_fields.get(str(key))
            annotation = field.annotation if field else None
        else:
            annotation = get_args(annotation)[1] if get_origin(annotation) is dict else None
        model = _model_in(annotation) if get_origin(annotation) is not dict else None
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if get_origin(annotation) is Annotated:
        return _model_in(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        models = [model for model in map(_model_in, get_args(annotation)) if model]
        return models[0] if len(models) == 1 else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None

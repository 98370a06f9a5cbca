"""Turns pydantic's errors into the sentences of this project: the user's key, what was given, what is allowed."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from queuesmith.rules.secret_values import kind_of_secret, looks_secret_by_name
from queuesmith.settings.environment import EnvironmentSettings, LocalBackend, S3Backend
from queuesmith.settings.lookalikes import MARK, KeyPath

LONGEST_SHOWN = 60
LARGEST_SHOWN = 10**30
MAY_BE_SECRET = frozenset({"environment", "tags", "accept", "secrets", "parameters", "external_id"})
"""Tables whose values are never shown: somebody may have put a password there."""

_TYPES = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "a list",
}
_KEY = "[key]"
"""Pydantic's last step where not the value under a key but the key itself is wrong."""
_WRONG_AS_KEY = frozenset({"text", "string_type"})


def key_path(error: ErrorDetails) -> KeyPath:
    """The user's own keys down to what an error is about. Somebody may have called one of them `[key]`."""
    path = error["loc"]
    is_key = path[-1:] == (_KEY,) and error["type"] in _WRONG_AS_KEY and len(path) > 1 and error["input"] == path[-2]
    return path[:-1] if is_key else path


def about_lookalike(path: KeyPath) -> tuple[KeyPath, str]:
    """What is said of something in a file that looks like a token."""
    what = "name" if MARK in str(path[-1]) else "value"
    secret = next((index for index in range(len(path)) if _is_hidden(path[: index + 1])), len(path))
    shown = ".".join(str(key) for key in path[: secret + 2])  # no keys of a table that stands in the place of a text
    text = f"{shown} looks like a token, which cdktf makes up for what only Terraform knows; in a file it stands for nothing"
    return path, f"{text}. Write the {what} itself"


def describe(error: ErrorDetails) -> list[tuple[KeyPath, str]]:
    """The key paths that an error is about, and for each the problem in our words."""
    if error["type"] == "misfits":
        return [(tuple(path.split(".")), text) for path, text in error["ctx"]["problems"]]
    if error["type"] == "conflicts":
        way = ".".join(str(key) for key in error["loc"])
        return [((*error["loc"], *each.path.split(".")), f"{way}.{each.text}") for each in error["ctx"]["conflicts"]]
    return [_described(error)]


def _described(error: ErrorDetails) -> tuple[KeyPath, str]:
    path = key_path(error)
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
    is_key = path != error["loc"]  # which is in the path already
    shown = _kind_of(error["input"]) if _is_hidden(path) and not is_key else _shown(error["input"])
    return path, f"{dotted} is {shown}, but must be {_allowed(error)}"


def follows_from_another(error: ErrorDetails, said: Iterable[KeyPath] = ()) -> bool:
    """Whether an error is there only because of another, which is said by itself.

    Pydantic counts a list as too short where its items are wrong. `said` are places of which something is said already.
    """
    path, too_short = key_path(error), error["type"] == "too_short"
    if too_short and len(error["input"]) >= error["ctx"]["min_length"]:
        return True
    return any(path[: len(other)] == other or (too_short and other[: len(path)] == path) for other in said)


def _allowed(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "literal_error":
        return f"one of {context['expected']}"
    if kind == "too_short":
        return f"a {'table' if isinstance(error['input'], dict) else 'list'} of at least {context['min_length']}"
    return _TYPES.get(kind, error["msg"])


def _is_hidden(path: KeyPath) -> bool:
    """Whether what is at a key path may be a secret. The top-level key `environment` is the name of a file."""
    names = [key for key in path if isinstance(key, str)]
    if path == ("environment",):
        return False
    return bool(MAY_BE_SECRET & set(names)) or (bool(names) and looks_secret_by_name(names[-1]))


def _looks_secret(value: object) -> bool:
    if isinstance(value, dict):
        return any(_looks_secret(key) for key in value)
    return isinstance(value, str) and kind_of_secret(value) is not None


def _shown(value: object) -> str:
    if _looks_secret(value):
        return _kind_of(value)
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= LONGEST_SHOWN else f'"{value[:LONGEST_SHOWN]}…"'
    if isinstance(value, dict):
        return f"a table with {', '.join(map(str, value))}" if value else "an empty table"
    if isinstance(value, int) and abs(value) > LARGEST_SHOWN:
        return "a very large number" if value > 0 else "a number far below 0"  # Python writes no more than 4,300 digits
    return _kind_of(value) if value is None or isinstance(value, bool | list | tuple) else str(value)


def _kind_of(value: object) -> str:
    """What a value is, without the value."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    kinds = ((dict, "table", "an empty table"), (str, "text", "an empty text"), ((int, float), "number", "a number"))
    for kind, name, empty in kinds:
        if isinstance(value, kind):
            return f"a {name}" if value else empty
    return "something else"


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

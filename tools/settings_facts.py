"""What the generated pages say about a setting in addition to its description: its type, unit, range and a valid example."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from queuesmith.settings.field_types import Shape
from queuesmith.settings.loading import load
from queuesmith.settings.problems import models_in

ENVIRONMENTS = Path(__file__).resolve().parent.parent / "tests" / "environments"
"""Environments that together use every option. A test checks this, and the tests check, synthesize and plan them."""


def models(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """A settings model and the models in its fields, by name."""
    found = {model.__name__: model}
    for field in model.model_fields.values():
        for inner in models_in(field.annotation):
            found |= models(inner)
    return found


def shapes_of(field: FieldInfo) -> Iterator[Shape]:
    """The shapes of a field's values. `int | None` has the shape of its number."""
    yield from (each for each in field.metadata if isinstance(each, Shape))
    yield from shapes_in(field.annotation)


def shapes_in(annotation: Any) -> Iterator[Shape]:
    """The shapes in the annotations of a type."""
    for inner in get_args(annotation):
        if isinstance(inner, Shape):
            yield inner
        yield from shapes_in(inner)


@cache
def examples() -> Mapping[str, Any]:
    """A value for each option, by MODEL.field: the first one in the tests' environments that differs from the default."""
    values: dict[str, Any] = {}
    environments = load(ENVIRONMENTS).environments
    for name in sorted(environments, reverse=True):  # "standard", the usual environment, comes first
        for option, value in _used(environments[name].settings):
            values.setdefault(option, value)
    return values


def _used(model: BaseModel) -> Iterator[tuple[str, Any]]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        inner = list(value.values()) if isinstance(value, dict) else [value]
        if field.is_required() or value != field.get_default(call_default_factory=True):
            if not any(isinstance(each, BaseModel) for each in inner):
                yield f"{type(model).__name__}.{name}", value
            for each in inner:
                if isinstance(each, BaseModel):
                    yield from _used(each)


def toml(value: Any) -> str:
    """A value in TOML on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str) and '"' in value and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)

"""config/settings.schema.json: the JSON Schema with which editors complete and check `config/*.toml`.

It is pydantic's schema of the settings models, with the description, an example and AWS's range of each field. Keys are not
required, because common.toml can contain them, except in tables that are replaced as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from queuesmith.settings.environment import EnvironmentSettings
from queuesmith.settings.loading import load

ENVIRONMENTS = Path(__file__).resolve().parent.parent / "tests" / "environments"
"""Environments that together use every option. A test checks this, and the tests check, synthesize and plan them."""
NULL = {"type": "null"}
"""TOML has no null."""
_REPLACED_WHOLE = {"LocalBackend", "S3Backend"}
"""Tables that are not merged with the common one."""
_NOT_FOR_EDITORS = {"title", "discriminator", "propertyNames", "$comment"}


def schema() -> str:
    """The schema as JSON."""
    definitions = {model: {**table} for model, table in tables().items()}
    for model in definitions.keys() - _REPLACED_WHOLE:
        definitions[model].pop("required", None)
    whole = _tidy(definitions.pop("EnvironmentSettings"))
    title = "queuesmith: config/common.toml and config/ENVIRONMENT.toml"
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title}
    return json.dumps({**whole, **head, "definitions": _tidy(definitions)}, indent=2, ensure_ascii=False) + "\n"


@cache
def tables() -> Mapping[str, dict[str, Any]]:
    """Pydantic's schema of each table, by the name of its model, with an example for each key."""
    whole = EnvironmentSettings.model_json_schema()
    del whole["properties"]["environment"], whole["properties"]["workers"]["minProperties"]
    models = {**whole.pop("$defs"), "EnvironmentSettings": whole}
    for model, table in models.items():
        for name, key in table["properties"].items():
            if "description" in key:
                key["description"] = " ".join(key["description"].split())
            if f"{model}.{name}" in examples():
                key["examples"] = [examples()[f"{model}.{name}"]]
    return models


@cache
def examples() -> Mapping[str, Any]:
    """A value for each option, by MODEL.field: the first one in the tests' environments that differs from the default."""
    values: dict[str, Any] = {}
    environments = load(ENVIRONMENTS).environments
    for name in sorted(environments, reverse=True):  # "standard", the usual environment, comes first
        for option, value in _non_default_values(environments[name].settings):
            values.setdefault(option, value)
    return values


def _non_default_values(model: BaseModel) -> Iterator[tuple[str, Any]]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        inner = list(value.values()) if isinstance(value, dict) else [value]
        if field.is_required() or value != field.get_default(call_default_factory=True):
            if not any(isinstance(each, BaseModel) for each in inner):
                yield f"{type(model).__name__}.{name}", value
            for each in inner:
                if isinstance(each, BaseModel):
                    yield from _non_default_values(each)


def _tidy(value: Any) -> Any:
    """The schema for editors: without nulls, and with the keywords of draft 7."""
    if isinstance(value, list):
        return [_tidy(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {key: inner if key == "examples" else _tidy(inner) for key, inner in value.items() if key not in _NOT_FOR_EDITORS}
    if kept.get("default", ...) is None or isinstance(kept.get("default"), dict):
        del kept["default"]  # no default, or a table whose keys have defaults
    if "$ref" in kept:
        kept["$ref"] = kept["$ref"].replace("#/$defs/", "#/definitions/")
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    alternatives = [each for each in kept.get("anyOf", ()) if each != NULL]
    if len(alternatives) == 1:
        del kept["anyOf"]
        return {**alternatives[0], **kept}
    if alternatives:
        kept["anyOf"] = alternatives
    return kept

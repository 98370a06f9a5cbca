"""config/settings.schema.json: the JSON Schema with which editors complete and check `config/*.toml`.

It is pydantic's schema of the settings models, with the description, an example and AWS's range of each field. Keys are not
required, because common.toml can contain them, except in tables that are replaced as a whole.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from queuesmith.settings.environment import EnvironmentSettings
from tools.settings_facts import examples, models

_REPLACED_WHOLE = {"LocalBackend", "S3Backend"}
"""Tables that are not merged with the common one."""
_NULL = {"type": "null"}
"""TOML has no null."""


def schema() -> str:
    """The schema as JSON."""
    whole = EnvironmentSettings.model_json_schema()
    definitions = whole.pop("$defs")
    for model in models(EnvironmentSettings).values():
        _describe(definitions.get(model.__name__, whole), model)
    del whole["properties"]["environment"], whole["properties"]["workers"]["minProperties"]
    title = "queuesmith: config/common.toml and config/ENVIRONMENT.toml"
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title}
    return json.dumps(_tidy({**whole, **head, "definitions": definitions}), indent=2, ensure_ascii=False) + "\n"


def _describe(table: dict[str, Any], model: type[BaseModel]) -> None:
    """Complete a table's schema with the facts about its keys."""
    table.pop("title")
    if model.__name__ not in _REPLACED_WHOLE:
        table.pop("required", None)
    for name, key in table["properties"].items():
        option = f"{model.__name__}.{name}"
        key.pop("title", None)
        if key.get("default", ...) is None or isinstance(key.get("default"), dict):
            del key["default"]  # no default, or a table whose keys have defaults
        if "description" in key:
            key["description"] = " ".join(key["description"].split())
        if option in examples():
            key["examples"] = [examples()[option]]


def _tidy(value: Any) -> Any:
    """The schema without nulls, and with the keywords of draft 7."""
    if isinstance(value, list):
        return [_tidy(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _tidy(inner) for key, inner in value.items() if key != "discriminator"}
    if "$ref" in kept:
        kept["$ref"] = kept["$ref"].replace("#/$defs/", "#/definitions/")
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    alternatives = [each for each in kept.get("anyOf", ()) if each != _NULL]
    if len(alternatives) == 1:
        del kept["anyOf"]
        return {**alternatives[0], **kept}
    if alternatives:
        kept["anyOf"] = alternatives
    return kept

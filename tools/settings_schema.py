"""config/settings.schema.json: the JSON Schema with which editors complete and check `config/*.toml`.

It is pydantic's, of the settings' models, with the sentence under each field, its example, and the range that AWS takes.
What an environment leaves to common.toml is not missed: no key has to be there but where a table is replaced whole.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

from queuesmith.settings.environment import EnvironmentSettings
from tools.settings_facts import examples, models

_REPLACED_WHOLE = {"LocalBackend", "S3Backend"}
"""Tables that do not add to the common one."""
_NULL = {"type": "null"}
"""TOML has none."""


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
    """Put into a table's schema what is known of its keys."""
    table.pop("title")
    if model.__name__ not in _REPLACED_WHOLE:
        table.pop("required", None)
    for name, key in table["properties"].items():
        option = f"{model.__name__}.{name}"
        key.pop("title", None)
        if key.get("default", ...) is None or isinstance(key.get("default"), dict):
            del key["default"]  # none, or a table with the defaults of its own keys
        if "description" in key:
            key["description"] = " ".join(key["description"].split())
        if option in examples():
            key["examples"] = [examples()[option]]


def _tidy(value: Any) -> Any:
    """Without nulls, and with the names that draft 7 knows."""
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

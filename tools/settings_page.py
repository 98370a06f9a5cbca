"""docs/settings.md: every key of `config/*.toml`, from the settings models and the docstrings of their fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from queuesmith.settings.field_types import LARGEST_NUMBER
from tools import alarm_costs, option_costs
from tools.settings_schema import NULL, tables

TITLE = """# Settings

This page lists all keys of `config/common.toml` and `config/ENVIRONMENT.toml`, table by table. The environment's
file is merged over the common one, key by key. Only the tables `artifact` and `backend` are not merged: they replace the common
ones. In Python, `WorkerSettings.model_validate({...})` reads the keys of `[workers.NAME]`.

- A key without a default is required.
- A range in the column "type" contains the values that AWS and the AWS provider accept, whatever the other settings are. If a
  value needs AWS provider 5.101 or later, the column "meaning" says so. The [rules](rules.md) listed after "Limits:" check
  further limits.
- The examples are from `tests/environments/`. The tests synthesize them, and plan those that AWS provider 5.100 supports.
- The column "cost" is what AWS charges for using the option, in addition to the queue's requests and the function's
  invocations, without the free tier. If there are two prices, they are those of us-east-1 and eu-central-1, the lower one
  first. Otherwise the price is that of us-east-1. "Not priced": AWS charges for it, but this page does not give the price.
- If the type is "tables by name", you choose the names of the tables, such as `smtp` in `[workers.mail.secrets.smtp]`. A name
  consists of lowercase letters, digits and hyphens, and begins with a letter.
- The terms are in the [glossary](glossary.md).

Editors complete and check these keys with [config/settings.schema.json](../config/settings.schema.json). Each file in `config/`
names this schema in its first line. It works in VS Code with [Even Better TOML](https://github.com/tamasfe/taplo), and in other
editors with Taplo's language server. `python main.py --check` checks all files in `config/` and their combinations.
If all is well, it prints nothing, and its exit status is 0.
`make docs` generates this page and the schema.
"""


def page() -> str:
    """The page as Markdown."""
    return "\n".join([TITLE, *_sections("EnvironmentSettings", "")]).rstrip() + "\n"


def _sections(model: str, path: str) -> Iterator[str]:
    table = tables()[model]
    keys: dict[str, dict[str, Any]] = table["properties"]
    of_type = f" with type = {_type(keys['type'])}" if path == "backend" else ""
    yield _linked(f"## {f'`[{path}]`{of_type}' if path else 'An environment'}\n\n{table['description']}\n")
    yield "| key | type | default | example | meaning | cost |\n| --- | --- | --- | --- | --- | --- |"
    for name, key in keys.items():
        default = "" if name in table.get("required", ()) else _default(key)
        example = "".join(f"`{toml(value)}`" for value in key.get("examples", ()))
        meaning = key.get("description") or " ".join(
            tables()[inner]["description"].partition("\n\n")[0] for inner in _models(key)
        )
        cost = "" if _models(key) else option_costs.cost(model, name)  # the keys of a table have their own costs
        yield f"| `{name}` | {_type(key)} | {default} | {example} | {_linked(' '.join(meaning.split()))} | {cost} |"
    yield ""
    if model == "AlarmSettings":
        yield from ("### The alarms and their cost\n", *alarm_costs.table(), "")
    for name, key in keys.items():
        below = f"{path}.{name}" if path else name
        for inner in _models(key):
            yield from _sections(inner, f"{below}.NAME" if "patternProperties" in key else below)


def _models(key: dict[str, Any]) -> list[str]:
    """The models of a key's tables."""
    return re.findall(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(key))


def _summary(model: str) -> str:
    return " ".join(tables()[model]["description"].partition("\n\n")[0].split())


def _linked(text: str) -> str:
    """The text with links to the rules that it names as limits."""
    before, limits, rules = text.partition("Limits:")
    return before + limits + re.sub(r"QL\d{3}", lambda rule: f"[{rule[0]}](rules/{rule[0]}.md)", rules)


def _type(key: dict[str, Any]) -> str:
    """The type of a value in words, with its range: `whole number of seconds, 0 to 900`."""
    if "$comment" in key:
        choices = f": {', '.join(map(str, key['enum']))}" if "enum" in key else ""
        has_range = "minimum" in key and key["maximum"] < LARGEST_NUMBER
        return str(key["$comment"]) + (choices or (f", {key['minimum']:,} to {key['maximum']:,}" if has_range else ""))
    if "anyOf" in key:
        return " or ".join(_type(each) for each in key["anyOf"] if each != NULL)
    if "enum" in key or "const" in key:
        return " or ".join(f"`{json.dumps(value)}`" for value in key.get("enum", [key.get("const")]))
    if key.get("type") == "array":
        return f"list: {_type(key['items'])}"
    if key.get("type") == "boolean":
        return "`true` or `false`"
    return "tables by name (`a-z`, `0-9`, `-`)" if "patternProperties" in key else "table"


def _default(key: dict[str, Any]) -> str:
    default = key.get("default", [])  # pydantic's schema has no default for a table that is empty
    if isinstance(default, dict):
        return "as below"
    if default == []:
        return "empty"
    return "none" if default is None else f"`{toml(default)}`"


def toml(value: Any) -> str:
    """A value in TOML on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str) and '"' in value and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)

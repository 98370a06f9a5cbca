"""Writes the table of IAM actions that accept no resource, from parliament's copy of AWS's service authorization reference.

Run it after an upgrade of parliament: `.local/scanners/bin/python tools/iam_actions.py`.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent.parent / "queuesmith" / "rules" / "iam" / "actions_without_resources.json"


def actions_without_resources(services: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the actions whose only resource is `*`, by service prefix. A prefix can have several services, such as `ses`."""
    without: dict[str, set[str]] = {}
    others: dict[str, set[str]] = {}
    for service in services:
        for action in service["privileges"]:
            has_resource = any(each.get("resource_type") for each in action["resource_types"])
            (others if has_resource else without).setdefault(service["prefix"], set()).add(action["privilege"])
    table = {prefix: sorted(actions - others.get(prefix, set())) for prefix, actions in without.items()}
    return {prefix: actions for prefix, actions in sorted(table.items()) if actions}


def text() -> str:
    """Return the table as JSON, one service a line. Needs parliament."""
    services = json.loads(files("parliament").joinpath("iam_definition.json").read_text(encoding="utf-8"))
    lines = (f"{json.dumps(prefix)}: {json.dumps(actions)}" for prefix, actions in actions_without_resources(services).items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(text())
    else:
        TABLE.write_text(text(), encoding="utf-8")

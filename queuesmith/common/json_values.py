"""JSON that somebody else wrote: what is of another kind than expected counts as nothing."""

from __future__ import annotations

import json
from typing import Any


def tables(value: Any) -> dict[str, Any]:
    """The value if it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def children(value: Any) -> list[dict[str, Any]]:
    """The tables in a list; nothing else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def parsed_json(value: Any) -> Any:
    """What a JSON text holds; None where it is none."""
    try:
        return json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None

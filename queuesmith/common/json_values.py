"""JSON: as Terraform's provider writes it, and values of JSON that others wrote."""

from __future__ import annotations

import json
from typing import Any


def as_dict(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def dicts_in(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; nothing else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def parsed_json(value: Any) -> Any:
    """The value in a JSON text; None if the text is not JSON."""
    try:
        return json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None


def compact_json(value: object, *, sort_keys: bool = False) -> str:
    """JSON without spaces, as Terraform's provider writes it: such policies and patterns show no change in the next plan.

    `sort_keys` is for what a user gave, whose order means nothing.
    """
    return json.dumps(value, separators=(",", ":"), sort_keys=sort_keys)

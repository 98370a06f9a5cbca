"""JSON as Terraform's AWS provider writes it, and access to JSON values of unknown shape."""

from __future__ import annotations

import json
from typing import Any


def as_dict(value: Any) -> dict[str, Any]:
    """The value if it is an object, otherwise an empty dictionary."""
    return value if isinstance(value, dict) else {}


def dicts_in(value: Any) -> list[dict[str, Any]]:
    """The objects in a list, without its other items; an empty list if the value is not a list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def parse_json(value: Any) -> Any:
    """The value in a JSON text; None if the text is not JSON."""
    try:
        return json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None


def compact_json(value: object) -> str:
    """JSON without spaces and with sorted keys, as Terraform's provider and its function `jsonencode` write it.

    Policies and patterns in this form show no change in the next plan.
    """
    return json.dumps(value, separators=(",", ":"), sort_keys=True)

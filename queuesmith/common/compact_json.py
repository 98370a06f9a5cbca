"""JSON as Terraform's provider writes it: policies and patterns that stand so in the plan show no change in the next one."""

from __future__ import annotations

import json


def compact_json(value: object, *, sort_keys: bool = False) -> str:
    """JSON without spaces. `sort_keys` is for what a user gave, whose order means nothing."""
    return json.dumps(value, separators=(",", ":"), sort_keys=sort_keys)

"""What AWS's own policies grant that workers' roles commonly have. From IAM as of 2026-10-27."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def managed_policies() -> dict[str, list[dict[str, Any]]]:
    """The statements of AWS-managed policies by ARN."""
    text = resources.files(__package__).joinpath("managed_policies.json").read_text(encoding="utf-8")
    policies: dict[str, list[dict[str, Any]]] = json.loads(text)
    return policies

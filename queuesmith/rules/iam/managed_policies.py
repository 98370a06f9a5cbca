"""The AWS managed policies that workers' roles commonly have. From IAM as of `READ_ON`."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

READ_ON = date(2026, 10, 27)
"""When the table was last compared with IAM."""


@cache
def managed_policies() -> dict[str, list[dict[str, Any]]]:
    """Return the statements of AWS managed policies by ARN."""
    text = resources.files(__package__).joinpath("managed_policies.json").read_text(encoding="utf-8")
    policies: dict[str, list[dict[str, Any]]] = json.loads(text)
    return policies

"""The permissions of a worker's role, and the environment variables of its function, that options add."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.conftest import only

ACCOUNT = "111111111111"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def statements(stack: dict[str, Any]) -> list[dict[str, Any]]:
    """The role's statements, without those for its log group and its queue."""
    found: list[dict[str, Any]] = json.loads(only(stack, "aws_iam_role_policy")["policy"])["Statement"]
    return [item for item in found if item.get("Sid") not in ("WriteLogs", "ConsumeQueue")]


def granted(stack: dict[str, Any]) -> list[tuple[Any, Any]]:
    return [(item["Action"], item["Resource"]) for item in statements(stack)]


def variables(stack: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = only(stack, "aws_lambda_function")["environment"]["variables"]
    return found

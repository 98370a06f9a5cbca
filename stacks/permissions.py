"""IAM documents: what the function may do, and who may talk to the queues.

Compact JSON, so that a second plan shows no change.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from queuesmith.rules.permission_rules import CONSUMER_ACTIONS

LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
"""What Lambda needs of a log group that is already there."""


@dataclass(frozen=True)
class Statement:
    """One statement of a policy. Resources may be Terraform tokens."""

    actions: Sequence[str]
    resources: Sequence[str]
    effect: str = "Allow"
    sid: str | None = None
    principal: str | dict[str, str] | None = None
    condition: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The statement as IAM reads it; what is not given is left out."""
        statement = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Principal": self.principal,
            "Action": _one_or_many(self.actions),
            "Resource": _one_or_many(self.resources),
            "Condition": self.condition,
        }
        return {key: value for key, value in statement.items() if value}


def document(*statements: Statement) -> str:
    """A policy document as compact JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": [item.as_dict() for item in statements]}, separators=(",", ":"))


def consume(queue_arn: str) -> Statement:
    """Read one queue, as Lambda does on the function's behalf."""
    return Statement(CONSUMER_ACTIONS, [queue_arn], sid="ConsumeQueue")


def write_logs(log_group_arn: str) -> Statement:
    """Write to the streams of one log group."""
    return Statement(LOG_ACTIONS, [f"{log_group_arn}:*"], sid="WriteLogs")


def use_table(table_arn: str, operations: Sequence[str]) -> Statement:
    """Do these DynamoDB operations on one table."""
    return Statement([f"dynamodb:{operation}" for operation in operations], [table_arn])


def assumed_by_lambda() -> str:
    """Lets Lambda, and nobody else, assume the role."""
    return document(Statement(["sts:AssumeRole"], [], principal={"Service": "lambda.amazonaws.com"}))


def tls_only(queue_arn: str) -> str:
    """Refuses every request to the queue that does not come over TLS."""
    return document(
        Statement(
            ["sqs:*"],
            [queue_arn],
            effect="Deny",
            sid="DenyInsecureTransport",
            principal="*",
            condition={"Bool": {"aws:SecureTransport": "false"}},
        )
    )


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)

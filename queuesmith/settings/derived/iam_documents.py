"""IAM documents: what the function may do, and who may talk to the queues.

Compact JSON, so that a second plan shows no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from queuesmith.common.compact_json import compact_json
from queuesmith.rules.iam.actions import CONSUMER_ACTIONS
from queuesmith.settings import FunctionSettings

SEND = ("sqs:SendMessage",)
"""What sending to a queue needs. It covers batches; who has the queue's URL needs no more."""
ENCRYPT = ("kms:GenerateDataKey", "kms:Decrypt")
"""What writing to something that a customer managed key encrypts needs of the key."""
LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
"""What Lambda needs of a log group that is already there."""
NETWORK_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
"""What Lambda needs to put a function into a VPC."""


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

    def called(self, sid: str) -> Statement:
        """The same, with an id."""
        return replace(self, sid=sid)


def document(*statements: Statement) -> str:
    """A policy document as compact JSON."""
    return compact_json({"Version": "2012-10-17", "Statement": [item.as_dict() for item in statements]})


def consume(queue_arn: str, key_arn: str | None) -> tuple[Statement, ...]:
    """Read one queue, as Lambda does on the function's behalf, and use the key that encrypts it."""
    read = Statement(CONSUMER_ACTIONS, [queue_arn], sid="ConsumeQueue")
    return (read, *([decrypt(key_arn)] if key_arn else []))


def write_logs(log_group_arn: str) -> Statement:
    """Write to the streams of one log group."""
    return Statement(LOG_ACTIONS, [f"{log_group_arn}:*"], sid="WriteLogs")


def trace() -> Statement:
    """Send traces to X-Ray, whose actions admit no resource but *."""
    return Statement(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"], sid="Trace")


def join_network() -> Statement:
    """Let Lambda make the function's network interfaces; it refuses the function where these are not allowed on *."""
    return Statement(NETWORK_ACTIONS, ["*"], sid="JoinNetwork")


def leave_network_alone(function_arn: str) -> Statement:
    """Those are for Lambda: code that runs in the function is refused them (Lambda's guide on VPCs)."""
    condition = {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}}
    return Statement(NETWORK_ACTIONS, ["*"], effect="Deny", sid="LeaveNetworkAlone", condition=condition)


def for_options(function: FunctionSettings, function_arn: str) -> list[Statement]:
    """What the role needs because of how the function runs."""
    key = function.environment_kms_key
    return [
        *([decrypt(key)] if key else []),
        *([trace()] if function.tracing else []),
        *([join_network(), leave_network_alone(function_arn)] if function.vpc else []),
    ]


def each_once(statements: Iterable[Statement]) -> list[Statement]:
    """Without those that are there already: two things may be encrypted with one key."""
    found: list[Statement] = []
    for statement in statements:
        if statement not in found:
            found.append(statement)
    return found


def assumed_by_lambda() -> str:
    """Lets Lambda, and nobody else, assume the role."""
    return document(Statement(["sts:AssumeRole"], [], principal={"Service": "lambda.amazonaws.com"}))


def tls_only(arn: str, action: str = "sqs:*") -> Statement:
    """Refuses what is asked of a queue, or another resource, other than over TLS."""
    return Statement(
        [action],
        [arn],
        effect="Deny",
        sid="DenyInsecureTransport",
        principal="*",
        condition={"Bool": {"aws:SecureTransport": "false"}},
    )


def customer_key(kms_key: str | None) -> str | None:
    """The ARN of a customer managed key. What AWS manages needs no permission of the role's: its policy lets the whole
    account use it through SQS.
    """
    return None if kms_key is None or kms_key.startswith("alias/") else kms_key


def decrypt(key_arn: str) -> Statement:
    """Read what one customer managed key encrypts."""
    return Statement(["kms:Decrypt"], [key_arn])


def encrypt(key_arn: str) -> Statement:
    """Write what one customer managed key encrypts."""
    return Statement(ENCRYPT, [key_arn])


def send(queue_arn: str, key_arn: str | None = None) -> tuple[Statement, ...]:
    """Send to one queue, and use the key that encrypts it."""
    return (Statement(SEND, [queue_arn]), *([encrypt(key_arn)] if key_arn else []))


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)

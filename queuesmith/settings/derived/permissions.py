"""Statements of IAM policies, as constructs write them: what a function may do, and who may use its queues."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from queuesmith.common.json_values import compact_json
from queuesmith.rules.iam.actions import CONSUMER_ACTIONS, admits_no_resource
from queuesmith.settings import FunctionSettings
from queuesmith.settings.access import Kind

SEND = ("sqs:SendMessage",)
"""What sending to a queue needs, a batch too; who has the queue's URL needs no more."""
DECRYPT = ("kms:Decrypt",)
"""What reading from something that a customer managed key encrypts needs of the key."""
ENCRYPT = ("kms:GenerateDataKey", "kms:Decrypt")
"""What writing to it needs of the key."""
LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
"""What Lambda needs of an existing log group."""
NETWORK_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
"""What Lambda needs to put a function into a VPC."""
_READ_TABLE = ("GetItem", "BatchGetItem", "Query", "ConditionCheckItem")  # no Scan: who needs it names the operation
_WRITE_TABLE = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
TABLE_OPERATIONS: dict[Kind | Literal["idempotency"], tuple[str, ...]] = {
    "read": _READ_TABLE,
    "write": _WRITE_TABLE,
    "read_write": _READ_TABLE + _WRITE_TABLE,
    "idempotency": ("GetItem", "PutItem", "UpdateItem", "DeleteItem"),  # Powertools' guide
}
_READ_OBJECTS = ("s3:GetObject",)  # no s3:ListBucket: a key that does not exist is then 403 and not 404
_WRITE_OBJECTS = ("s3:PutObject", "s3:AbortMultipartUpload")
OBJECT_ACTIONS: dict[Kind, tuple[str, ...]] = {
    "read": _READ_OBJECTS,
    "write": _WRITE_OBJECTS,
    "read_write": _READ_OBJECTS + _WRITE_OBJECTS,
}


@dataclass(frozen=True)
class PolicyStatement:
    """One statement of a policy that is written. Resources can be Terraform tokens.

    The rules read statements of any policy, also of those that nobody here wrote: that is `queuesmith.rules.Statement`, any
    part of which can be unknown.
    """

    actions: Sequence[str]
    resources: Sequence[str]
    effect: str = "Allow"
    sid: str | None = None
    principal: str | dict[str, str] | None = None
    condition: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The statement as IAM reads it, without what is not set."""
        statement = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Principal": self.principal,
            "Action": _one_or_many(self.actions),
            "Resource": _one_or_many(self.resources),
            "Condition": self.condition,
        }
        return {key: value for key, value in statement.items() if value}

    def with_sid(self, sid: str) -> PolicyStatement:
        """The same statement with an id."""
        return replace(self, sid=sid)


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


Statements = tuple[PolicyStatement, ...]


def document(*statements: PolicyStatement) -> str:
    """A policy document as compact JSON, so that a second plan shows no change."""
    return compact_json({"Version": "2012-10-17", "Statement": [item.as_dict() for item in statements]})


def deduplicated(statements: Iterable[PolicyStatement]) -> list[PolicyStatement]:
    """Each statement once: one key can encrypt two things."""
    found: list[PolicyStatement] = []
    for statement in statements:
        if statement not in found:
            found.append(statement)
    return found


def _with_key(statement: PolicyStatement, key_actions: Sequence[str], key_arn: str | None) -> Statements:
    """A statement, and what it needs of the customer managed key that encrypts its resource, if there is one."""
    return (statement, *([PolicyStatement(key_actions, [key_arn])] if key_arn else []))


def customer_key(kms_key: str | None) -> str | None:
    """The ARN of a customer managed key. A key that AWS manages needs no permission of the role: its policy lets the whole
    account use it through SQS.
    """
    return None if kms_key is None or kms_key.startswith("alias/") else kms_key


def assumed_by_lambda() -> str:
    """The policy that lets only Lambda assume the role."""
    return document(PolicyStatement(["sts:AssumeRole"], [], principal={"Service": "lambda.amazonaws.com"}))


def consume(queue_arn: str, key_arn: str | None) -> Statements:
    """Read one queue, as Lambda does on the function's behalf."""
    return _with_key(PolicyStatement(CONSUMER_ACTIONS, [queue_arn], sid="ConsumeQueue"), DECRYPT, key_arn)


def write_logs(log_group_arn: str) -> PolicyStatement:
    """Write to the streams of one log group."""
    return PolicyStatement(LOG_ACTIONS, [f"{log_group_arn}:*"], sid="WriteLogs")


def for_options(function: FunctionSettings, function_arn: str) -> list[PolicyStatement]:
    """What the role needs because of how the function runs."""
    statements = []
    if function.environment_kms_key:
        statements.append(PolicyStatement(DECRYPT, [function.environment_kms_key]))
    if function.tracing:  # X-Ray's actions admit no resource but *
        statements.append(PolicyStatement(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"], sid="Trace"))
    if function.vpc:  # Lambda refuses a function whose role is not allowed these on *
        statements.append(PolicyStatement(NETWORK_ACTIONS, ["*"], sid="JoinNetwork"))
        statements.append(_leave_network_alone(function_arn))
    return statements


def _leave_network_alone(function_arn: str) -> PolicyStatement:
    """The network's actions are for Lambda: code that runs in the function is refused them (Lambda's guide on VPCs)."""
    condition = {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}}
    return PolicyStatement(NETWORK_ACTIONS, ["*"], effect="Deny", sid="LeaveNetworkAlone", condition=condition)


def tls_only(arn: str, action: str = "sqs:*") -> PolicyStatement:
    """Refuse requests to a queue, or another resource, that do not use TLS."""
    return PolicyStatement(
        [action],
        [arn],
        effect="Deny",
        sid="DenyInsecureTransport",
        principal="*",
        condition={"Bool": {"aws:SecureTransport": "false"}},
    )


def send(queue_arn: str, key_arn: str | None = None) -> Statements:
    """Send to one queue."""
    return _with_key(PolicyStatement(SEND, [queue_arn]), ENCRYPT, key_arn)


def publish(topic_arn: str, key_arn: str | None = None) -> Statements:
    """Publish to one topic."""
    return _with_key(PolicyStatement(["sns:Publish"], [topic_arn]), ENCRYPT, key_arn)


def use_table(arn: str, operations: Sequence[str]) -> PolicyStatement:
    """Do these DynamoDB operations on one table."""
    return PolicyStatement([f"dynamodb:{operation}" for operation in operations], [arn])


def use_objects(bucket_arn: str, prefix: str, kind: Kind, key_arn: str | None = None) -> Statements:
    """Read or write the objects of a bucket whose keys begin with a prefix."""
    statement = PolicyStatement(OBJECT_ACTIONS[kind], [f"{bucket_arn}/{prefix}*"])
    return _with_key(statement, DECRYPT if kind == "read" else ENCRYPT, key_arn)


def read_secret(arn: str, key_arn: str | None = None) -> Statements:
    """Read one secret."""
    return _with_key(PolicyStatement(["secretsmanager:GetSecretValue"], [arn]), DECRYPT, key_arn)


def read_parameter(arn: str, key_arn: str | None = None) -> Statements:
    """Read one parameter."""
    return _with_key(PolicyStatement(["ssm:GetParameter", "ssm:GetParameters"], [arn]), DECRYPT, key_arn)


def granted(actions: Sequence[str], resources: Sequence[str]) -> PolicyStatement:
    """A statement of the user's own.

    Raises ValueError if it is wider than necessary: every action, every action of a service, or every resource for an action
    that takes an ARN.
    """
    call = f"grant({actions!r}, {resources!r})"
    if isinstance(actions, str) or isinstance(resources, str) or not actions or not resources:
        raise ValueError(f"{call}: actions and resources are lists of one or more. Give two lists")
    for action in actions:
        if action == "*" or action.endswith(":*"):
            raise ValueError(f"{call}: {action} is more than a function needs. Name the actions that it calls")
        if "*" in resources and not admits_no_resource(action):
            raise ValueError(f"{call}: {action} takes an ARN, and * is every one. Name the ARN that it is done to")
    return PolicyStatement(list(actions), list(resources))

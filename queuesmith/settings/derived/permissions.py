"""The IAM policy statements that constructs create: for the function's role, and for queue policies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from queuesmith.common.json_values import compact_json
from queuesmith.rules.iam.actions import CONSUMER_ACTIONS, admits_no_resource
from queuesmith.settings import FunctionSettings
from queuesmith.settings.access import AccessKind, TableAccessKind

SEND = ("sqs:SendMessage",)
"""The action for sending to a queue, including batches. A sender that has the queue's URL needs no other."""
DECRYPT = ("kms:Decrypt",)
"""The actions on a customer managed key for reading from a resource that it encrypts."""
ENCRYPT = ("kms:GenerateDataKey", "kms:Decrypt")
"""The actions on a customer managed key for writing to a resource that it encrypts."""
LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")
"""The actions that Lambda needs on an existing log group."""
NETWORK_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
"""The actions that Lambda needs to connect a function to a VPC."""
_READ_TABLE = ("GetItem", "BatchGetItem", "Query", "ConditionCheckItem")  # without Scan, which can be listed in `operations`
_WRITE_TABLE = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
TABLE_OPERATIONS: dict[TableAccessKind, tuple[str, ...]] = {
    "read": _READ_TABLE,
    "write": _WRITE_TABLE,
    "read_write": _READ_TABLE + _WRITE_TABLE,
    "idempotency": ("GetItem", "PutItem", "UpdateItem", "DeleteItem"),  # Powertools' guide
    "circuit_breaker": ("GetItem", "PutItem", "UpdateItem"),  # Powertools' CircuitBreakerDynamoDBPersistence
}
_READ_OBJECTS = ("s3:GetObject",)  # without s3:ListBucket, so a missing key is a 403, not a 404
_WRITE_OBJECTS = ("s3:PutObject", "s3:AbortMultipartUpload")
OBJECT_ACTIONS: dict[AccessKind, tuple[str, ...]] = {
    "read": _READ_OBJECTS,
    "write": _WRITE_OBJECTS,
    "read_write": _READ_OBJECTS + _WRITE_OBJECTS,
}


@dataclass(frozen=True)
class PolicyStatement:
    """One statement of a policy that the constructs create. Resources can be Terraform tokens.

    `queuesmith.rules.Statement` is different: it models a statement of any policy, and every part of it can be unknown.
    """

    actions: Sequence[str]
    resources: Sequence[str]
    effect: str = "Allow"
    sid: str | None = None
    principal: str | dict[str, str] | None = None
    condition: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the statement in IAM's JSON structure, without fields that are not set."""
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
        """Return the same statement with an id."""
        return replace(self, sid=sid)


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


Statements = tuple[PolicyStatement, ...]


def document(*statements: PolicyStatement) -> str:
    """Return a policy document as compact JSON, so that a second plan shows no change."""
    return compact_json({"Version": "2012-10-17", "Statement": [item.as_dict() for item in statements]})


def deduplicated(statements: Iterable[PolicyStatement]) -> list[PolicyStatement]:
    """Return each statement once. There are duplicates if one key encrypts two resources."""
    unique: list[PolicyStatement] = []
    for statement in statements:
        if statement not in unique:
            unique.append(statement)
    return unique


def _with_key(statement: PolicyStatement, key_actions: Sequence[str], kms_key_arn: str | None) -> Statements:
    """Return a statement and, if a customer managed key encrypts its resource, the statement for the key."""
    return (statement, *([PolicyStatement(key_actions, [kms_key_arn])] if kms_key_arn else []))


def customer_managed_key(kms_key: str | None) -> str | None:
    """Return the ARN of a customer managed key, or None.

    The role needs no permission for a key that AWS manages: its policy lets the whole account use it through SQS.
    """
    return None if kms_key is None or kms_key.startswith("alias/") else kms_key


def assumed_by(service: str) -> str:
    """Return the trust policy that lets only this AWS service assume the role."""
    return document(PolicyStatement(["sts:AssumeRole"], [], principal={"Service": service}))


def assumed_by_scheduler(account: str, schedule_group_arns: Sequence[str]) -> str:
    """Return the trust policy that lets EventBridge Scheduler assume the role for schedules in these groups only.

    It names the group, not the schedule (EventBridge Scheduler User Guide, Confused deputy prevention).
    """
    condition: dict[str, dict[str, Any]] = {
        "StringEquals": {"aws:SourceAccount": account},
        "ArnEquals": {"aws:SourceArn": list(schedule_group_arns)},
    }
    principal = {"Service": "scheduler.amazonaws.com"}
    return document(PolicyStatement(["sts:AssumeRole"], [], principal=principal, condition=condition))


def consume(queue_arn: str, kms_key_arn: str | None) -> Statements:
    """Return the statements for polling one queue, which Lambda does with the function's role."""
    return _with_key(PolicyStatement(CONSUMER_ACTIONS, [queue_arn], sid="ConsumeQueue"), DECRYPT, kms_key_arn)


def write_logs(log_group_arn: str) -> PolicyStatement:
    """Return the statement for writing to the streams of one log group."""
    return PolicyStatement(LOG_ACTIONS, [f"{log_group_arn}:*"], sid="WriteLogs")


def for_options(function: FunctionSettings, function_arn: str) -> list[PolicyStatement]:
    """Return the statements for the function's options: encrypted environment variables, tracing and VPC."""
    statements = []
    if function.environment_kms_key:
        statements.append(PolicyStatement(DECRYPT, [function.environment_kms_key]))
    if function.tracing:  # X-Ray's actions support resource * only
        statements.append(PolicyStatement(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"], sid="Trace"))
    if function.vpc:  # Lambda refuses a function whose role does not allow these on *
        statements.append(PolicyStatement(NETWORK_ACTIONS, ["*"], sid="JoinNetwork"))
        statements.append(_leave_network_alone(function_arn))
    return statements


def _leave_network_alone(function_arn: str) -> PolicyStatement:
    """Deny the network actions to the function's own code, because only Lambda needs them (Lambda's guide on VPCs)."""
    condition = {"ArnEquals": {"lambda:SourceFunctionArn": function_arn}}
    return PolicyStatement(NETWORK_ACTIONS, ["*"], effect="Deny", sid="LeaveNetworkAlone", condition=condition)


def tls_only(arn: str, action: str = "sqs:*") -> PolicyStatement:
    """Return the statement that denies requests to a resource without TLS."""
    return PolicyStatement(
        [action],
        [arn],
        effect="Deny",
        sid="DenyInsecureTransport",
        principal="*",
        condition={"Bool": {"aws:SecureTransport": "false"}},
    )


def send(queue_arn: str, kms_key_arn: str | None = None) -> Statements:
    """Return the statements for sending to one queue."""
    return _with_key(PolicyStatement(SEND, [queue_arn]), ENCRYPT, kms_key_arn)


def publish(topic_arn: str, kms_key_arn: str | None = None) -> Statements:
    """Return the statements for publishing to one topic."""
    return _with_key(PolicyStatement(["sns:Publish"], [topic_arn]), ENCRYPT, kms_key_arn)


def use_table(arn: str, operations: Sequence[str], kms_key_arn: str | None = None) -> Statements:
    """Return the statements for these DynamoDB operations on one table.

    With a customer managed key, every access needs kms:Decrypt: DynamoDB decrypts the table's own key with the caller's
    permissions (DynamoDB Developer Guide, How DynamoDB uses AWS KMS).
    """
    statement = PolicyStatement([f"dynamodb:{operation}" for operation in operations], [arn])
    return _with_key(statement, DECRYPT, kms_key_arn)


def checked_kind(kind: AccessKind) -> AccessKind:
    """Return the kind of access. Raises ValueError if it is none: Python does not check the type of a method's argument."""
    if kind not in OBJECT_ACTIONS:
        raise ValueError(f"kind is {kind!r}, but must be {' or '.join(map(repr, OBJECT_ACTIONS))}")
    return kind


def use_objects(bucket_arn: str, prefix: str, kind: AccessKind, kms_key_arn: str | None = None) -> Statements:
    """Return the statements for reading or writing the objects of a bucket whose keys begin with a prefix.

    Raises ValueError if there is no such kind of access.
    """
    statement = PolicyStatement(OBJECT_ACTIONS[checked_kind(kind)], [f"{bucket_arn}/{prefix}*"])
    return _with_key(statement, DECRYPT if kind == "read" else ENCRYPT, kms_key_arn)


def read_large_messages(bucket_arn: str, prefix: str, kms_key_arn: str | None = None, *, delete: bool) -> Statements:
    """Return the statements for reading the bodies of large messages, and for deleting them if the settings say so."""
    actions = ("s3:GetObject", "s3:DeleteObject") if delete else ("s3:GetObject",)
    return _with_key(PolicyStatement(actions, [f"{bucket_arn}/{prefix}*"]), DECRYPT, kms_key_arn)


def read_secret(arn: str, kms_key_arn: str | None = None) -> Statements:
    """Return the statements for reading one secret."""
    return _with_key(PolicyStatement(["secretsmanager:GetSecretValue"], [arn]), DECRYPT, kms_key_arn)


def read_parameter(arn: str, kms_key_arn: str | None = None) -> Statements:
    """Return the statements for reading one parameter."""
    return _with_key(PolicyStatement(["ssm:GetParameter", "ssm:GetParameters"], [arn]), DECRYPT, kms_key_arn)


def grant_statement(actions: Sequence[str], resources: Sequence[str]) -> PolicyStatement:
    """Return a statement with the user's actions and resources.

    Raises ValueError if it is too broad: every action, every action of a service, or every resource for an action that supports
    an ARN.
    """
    call = f"grant({actions!r}, {resources!r})"
    if isinstance(actions, str) or isinstance(resources, str) or not actions or not resources:
        raise ValueError(f"{call}: actions and resources must be non-empty lists")
    for action in actions:
        if action == "*" or action.endswith(":*"):
            raise ValueError(f"{call}: {action} is too broad. List the actions that the function calls")
        if "*" in resources and not admits_no_resource(action):
            raise ValueError(f"{call}: {action} supports ARNs, so * is too broad. List the ARNs that the function uses")
    return PolicyStatement(list(actions), list(resources))

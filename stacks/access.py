"""What a function may use beside its queue, as statements on the one ARN and as what its environment variables hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from queuesmith.rules.permission_rules import admits_no_resource
from stacks.arns import name_of, queue_url
from stacks.permissions import Statement, decrypt
from stacks.settings import FailureSettings, WorkerSettings
from stacks.settings.access import (
    BucketAccessSettings,
    Kind,
    ParameterAccessSettings,
    SecretAccessSettings,
    TableAccessSettings,
)
from stacks.settings.failures import BACKOFF, DEAD_LETTER_AT_ONCE

ENCRYPT = ("kms:GenerateDataKey", "kms:Decrypt")
"""What writing to something that a customer managed key encrypts needs of the key."""
_TABLE = {
    "read": ("GetItem", "BatchGetItem", "Query", "ConditionCheckItem"),  # no Scan: who wants it names the operation
    "write": ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
}
_BUCKET = {
    "read": ("s3:GetObject",),  # no s3:ListBucket: a key that is not there is then 403 and not 404
    "write": ("s3:PutObject", "s3:AbortMultipartUpload"),
}


@dataclass(frozen=True)
class Use:
    """One thing that a function uses."""

    statements: tuple[Statement, ...]
    value: str
    """What its environment variable holds: a name, a URL or an ARN."""


class Lookup(Protocol):
    """Finds what the settings only name."""

    def table(self, key: str) -> tuple[str, str]:
        """Name and ARN of a table of the environment."""

    def secret(self, key: str, name: str) -> str:
        """ARN of a secret of this account, by its key in the settings and its name."""

    def parameter(self, name: str) -> str:
        """ARN of a parameter of this account."""


def uses(settings: WorkerSettings, lookup: Lookup) -> dict[str, Use]:
    """Everything under `settings.accesses`, by its key path."""
    return {
        **{f"tables.{key}": _table(access, *lookup.table(key)) for key, access in settings.tables.items()},
        **{f"buckets.{key}": _bucket(access) for key, access in settings.buckets.items()},
        **{f"topics.{key}": Use(publish(topic.arn, topic.kms_key), topic.arn) for key, topic in settings.topics.items()},
        **{
            f"queues.{key}": Use(send(queue.arn, queue.kms_key), queue_url(queue.arn)) for key, queue in settings.queues.items()
        },
        **{f"secrets.{key}": _secret(key, access, lookup) for key, access in settings.secrets.items()},
        **{f"parameters.{key}": _parameter(access, lookup) for key, access in settings.parameters.items()},
        **{
            f"keys.{key}": Use((Statement([f"kms:{name}" for name in access.operations], [access.arn]),), access.arn)
            for key, access in settings.keys.items()
        },
    }


def of_failures(
    settings: FailureSettings, queue: tuple[str, str], dead_letter_queue: tuple[str | None, str | None], key: str | None
) -> dict[str, Use]:
    """What handling failures needs of the queue and its DLQ, each as ARN and URL, by key path; `key` encrypts both."""
    found: dict[str, Use] = {}
    (queue_arn, queue_url), (dead_letter_arn, dead_letter_url) = queue, dead_letter_queue
    if settings.dead_letter_at_once and dead_letter_arn and dead_letter_url:
        found[DEAD_LETTER_AT_ONCE] = Use(send(dead_letter_arn, key), dead_letter_url)
    if settings.backoff is not None:
        found[BACKOFF] = Use((Statement(["sqs:ChangeMessageVisibility"], [queue_arn]),), queue_url)
    return found


def _of(kind: Kind) -> Iterator[str]:
    if kind != "write":
        yield "read"
    if kind != "read":
        yield "write"


def use_table(arn: str, operations: Sequence[str]) -> Statement:
    """Do these DynamoDB operations on one table."""
    return Statement([f"dynamodb:{operation}" for operation in operations], [arn])


def table_operations(kind: Kind | Literal["idempotency"]) -> list[str]:
    """The usual DynamoDB operations of reading, writing or both, or of keeping what was done (Powertools' guide)."""
    if kind == "idempotency":
        return ["GetItem", "PutItem", "UpdateItem", "DeleteItem"]
    return [operation for each in _of(kind) for operation in _TABLE[each]]


def _table(access: TableAccessSettings, name: str, arn: str) -> Use:
    operations = access.operations or (table_operations(access.access) if access.access else ())
    return Use((use_table(arn, operations),), name)


def objects(arn: str, prefix: str, kind: Kind, key: str | None = None) -> tuple[Statement, ...]:
    """Read or write the objects of a bucket whose keys begin with a prefix."""
    actions = [action for each in _of(kind) for action in _BUCKET[each]]
    of_key = Statement(ENCRYPT if kind != "read" else ENCRYPT[1:], [key]) if key else None
    return (Statement(actions, [f"{arn}/{prefix}*"]), *([of_key] if of_key else []))


def _bucket(access: BucketAccessSettings) -> Use:
    return Use(objects(access.arn, access.prefix, access.access, access.kms_key), name_of(access.arn))


def publish(arn: str, key: str | None = None) -> tuple[Statement, ...]:
    """Publish to one topic."""
    return (Statement(["sns:Publish"], [arn]), *([Statement(ENCRYPT, [key])] if key else []))


def send(arn: str, key: str | None = None) -> tuple[Statement, ...]:
    """Send to one queue."""
    return (Statement(["sqs:SendMessage"], [arn]), *([Statement(ENCRYPT, [key])] if key else []))


def read_secret(arn: str, key: str | None = None) -> tuple[Statement, ...]:
    """Read one secret."""
    return (Statement(["secretsmanager:GetSecretValue"], [arn]), *([decrypt(key)] if key else []))


def _secret(key: str, access: SecretAccessSettings, lookup: Lookup) -> Use:
    arn = access.arn or lookup.secret(key, access.name or "")
    return Use(read_secret(arn, access.kms_key), arn)


def read_parameter(arn: str, key: str | None = None) -> tuple[Statement, ...]:
    """Read one parameter."""
    return (Statement(["ssm:GetParameter", "ssm:GetParameters"], [arn]), *([decrypt(key)] if key else []))


def _parameter(access: ParameterAccessSettings, lookup: Lookup) -> Use:
    arn = access.arn or lookup.parameter(access.name or "")
    return Use(read_parameter(arn, access.kms_key), arn)


def granted(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """A statement of the user's own.

    Raises ValueError where it is wider than it has to be: every action, every action of a service, or every resource for
    an action that takes an ARN.
    """
    asked = f"grant({actions!r}, {resources!r})"
    if isinstance(actions, str) or isinstance(resources, str) or not actions or not resources:
        raise ValueError(f"{asked}: actions and resources are lists of one or more. Give two lists")
    for action in actions:
        if action == "*" or action.endswith(":*"):
            raise ValueError(f"{asked}: {action} is more than a function needs. Name the actions that it calls")
        if "*" in resources and not admits_no_resource(action):
            raise ValueError(f"{asked}: {action} takes an ARN, and * is every one. Name the ARN that it is done to")
    return Statement(list(actions), list(resources))

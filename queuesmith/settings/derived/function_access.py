"""What a function may use beside its queue, as statements on the one ARN and as what its environment variables hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from queuesmith.rules.iam.actions import admits_no_resource
from queuesmith.settings import FailureSettings, WorkerSettings
from queuesmith.settings.access import (
    BucketAccessSettings,
    Kind,
    ParameterAccessSettings,
    SecretAccessSettings,
    TableAccessSettings,
)
from queuesmith.settings.arns import name_of, queue_url
from queuesmith.settings.derived.iam_documents import Statement, decrypt, encrypt, send
from queuesmith.settings.failures import BACKOFF, DEAD_LETTER_AT_ONCE

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


class SourceQueue(Protocol):
    """The queue that a worker reads, created with the worker or existing, and its DLQ."""

    name: str
    arn: str
    url: str
    dead_letter_name: str | None
    dead_letter_arn: str | None
    dead_letter_url: str | None
    key_arn: str | None
    """The customer managed key that encrypts both, if there is one."""


class Lookup(Protocol):
    """Finds what the settings only name."""

    def table(self, key: str) -> tuple[str, str]:
        """Name and ARN of a table of the environment."""

    def secret(self, key: str, name: str) -> str:
        """ARN of a secret of this account, by its key in the settings and its name."""

    def parameter(self, name: str) -> str:
        """ARN of a parameter of this account."""


def uses(settings: WorkerSettings, source: SourceQueue, lookup: Lookup) -> dict[str, Use]:
    """Everything that the function uses beside reading its queue, by the key paths of `settings.uses`."""
    return {**_access_uses(settings, lookup), **_failure_uses(settings.failures, source)}


def _access_uses(settings: WorkerSettings, lookup: Lookup) -> dict[str, Use]:
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


def _failure_uses(settings: FailureSettings, source: SourceQueue) -> dict[str, Use]:
    """What handling failures needs of the queue and its DLQ, by key path."""
    found: dict[str, Use] = {}
    if settings.dead_letter_at_once and source.dead_letter_arn and source.dead_letter_url:
        found[DEAD_LETTER_AT_ONCE] = Use(send(source.dead_letter_arn, source.key_arn), source.dead_letter_url)
    if settings.backoff is not None:
        found[BACKOFF] = Use((Statement(["sqs:ChangeMessageVisibility"], [source.arn]),), source.url)
    return found


def _directions(kind: Kind) -> Iterator[str]:
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
    return [operation for each in _directions(kind) for operation in _TABLE[each]]


def _table(access: TableAccessSettings, name: str, arn: str) -> Use:
    operations = access.operations or (table_operations(access.access) if access.access else ())
    return Use((use_table(arn, operations),), name)


def objects(arn: str, prefix: str, kind: Kind, key: str | None = None) -> tuple[Statement, ...]:
    """Read or write the objects of a bucket whose keys begin with a prefix."""
    actions = [action for each in _directions(kind) for action in _BUCKET[each]]
    use_key = decrypt if kind == "read" else encrypt
    return (Statement(actions, [f"{arn}/{prefix}*"]), *([use_key(key)] if key else []))


def _bucket(access: BucketAccessSettings) -> Use:
    return Use(objects(access.arn, access.prefix, access.access, access.kms_key), name_of(access.arn))


def publish(arn: str, key: str | None = None) -> tuple[Statement, ...]:
    """Publish to one topic."""
    return (Statement(["sns:Publish"], [arn]), *([encrypt(key)] if key else []))


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

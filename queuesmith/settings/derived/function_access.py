"""The resources that a function uses in addition to its queue: statements on their ARNs, and environment variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from queuesmith.settings import FailureSettings, FunctionSettings, WorkerSettings
from queuesmith.settings.arns import name_of, queue_url
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.permissions import PolicyStatement, Statements
from queuesmith.settings.failures import BACKOFF, SEND_TO_DLQ_IMMEDIATELY
from queuesmith.settings.large_messages import LARGE_MESSAGES


@dataclass(frozen=True)
class ResourceAccess:
    """A function's access to one resource."""

    statements: Statements
    value: str
    """The value of its environment variable: a name, a URL or an ARN."""


class SourceQueue(Protocol):
    """The queue that a worker reads, created with the worker or existing, and its DLQ."""

    name: str
    """The queue's name."""
    arn: str
    """The queue's ARN."""
    url: str
    """The queue's URL."""
    dead_letter_name: str | None
    """The DLQ's name. None if an existing queue has no DLQ in the settings."""
    dead_letter_arn: str | None
    """The DLQ's ARN, or None."""
    dead_letter_url: str | None
    """The DLQ's URL, or None."""
    kms_key_arn: str | None
    """The ARN of the customer managed key that encrypts the queue and the DLQ, if there is one."""


class NamedResource(NamedTuple):
    """A table, a secret or a parameter that the settings give by key or name instead of by ARN."""

    name: str
    arn: str
    kms_key_arn: str | None = None
    """The customer managed key that encrypts a table, if there is one."""


def resource_accesses(
    settings: WorkerSettings, queue: SourceQueue, named: Mapping[str, NamedResource]
) -> dict[str, ResourceAccess]:
    """Return the function's access to all resources except the queue that it polls, by `settings.resource_paths`.

    `named` are the resources that the settings give by key or name, also by these paths.
    """
    accesses = _access_by_settings(settings, named)
    if (large := settings.large_messages) is not None:
        delete = large.delete_after_success
        statements = permissions.read_large_messages(large.bucket, large.prefix or "", large.kms_key, delete=delete)
        accesses[LARGE_MESSAGES] = ResourceAccess(statements, name_of(large.bucket))
    return {**accesses, **_failure_access(settings.failures, queue)}


def role_statements(
    function: FunctionSettings, queue: SourceQueue, accesses: Iterable[ResourceAccess], *, log_group_arn: str, function_arn: str
) -> list[PolicyStatement]:
    """Return the statements of the function's role that follow from its settings, without additional grants."""
    return [
        permissions.write_logs(log_group_arn),
        *permissions.for_options(function, function_arn),
        *permissions.consume(queue.arn, queue.kms_key_arn),
        *(statement for access in accesses for statement in access.statements),
    ]


def _access_by_settings(settings: WorkerSettings, named: Mapping[str, NamedResource]) -> dict[str, ResourceAccess]:
    accesses: dict[str, ResourceAccess] = {}
    for key, table in settings.tables.items():
        path = f"tables.{key}"
        operations = table.operations or (permissions.TABLE_OPERATIONS[table.access] if table.access else ())
        name, arn, kms_key_arn = named[path]
        accesses[path] = ResourceAccess(permissions.use_table(arn, operations, kms_key_arn), name)
    for key, bucket in settings.buckets.items():
        statements = permissions.use_objects(bucket.arn, bucket.prefix, bucket.access, bucket.kms_key)
        accesses[f"buckets.{key}"] = ResourceAccess(statements, name_of(bucket.arn))
    for key, topic in settings.topics.items():
        accesses[f"topics.{key}"] = ResourceAccess(permissions.publish(topic.arn, topic.kms_key), topic.arn)
    for key, queue in settings.queues.items():
        accesses[f"queues.{key}"] = ResourceAccess(permissions.send(queue.arn, queue.kms_key), queue_url(queue.arn))
    for key, secret in settings.secrets.items():
        arn = secret.arn or named[f"secrets.{key}"].arn
        accesses[f"secrets.{key}"] = ResourceAccess(permissions.read_secret(arn, secret.kms_key), arn)
    for key, parameter in settings.parameters.items():
        arn = parameter.arn or named[f"parameters.{key}"].arn
        accesses[f"parameters.{key}"] = ResourceAccess(permissions.read_parameter(arn, parameter.kms_key), arn)
    for key, kms_key in settings.keys.items():
        statement = PolicyStatement([f"kms:{name}" for name in kms_key.operations], [kms_key.arn])
        accesses[f"keys.{key}"] = ResourceAccess((statement,), kms_key.arn)
    return accesses


def _failure_access(settings: FailureSettings, queue: SourceQueue) -> dict[str, ResourceAccess]:
    """Return the access to the queue and its DLQ for failed messages, by key path."""
    accesses: dict[str, ResourceAccess] = {}
    if settings.send_to_dlq_immediately and queue.dead_letter_arn and queue.dead_letter_url:
        statements = permissions.send(queue.dead_letter_arn, queue.kms_key_arn)
        accesses[SEND_TO_DLQ_IMMEDIATELY] = ResourceAccess(statements, queue.dead_letter_url)
    if settings.backoff is not None:
        statement = PolicyStatement(["sqs:ChangeMessageVisibility"], [queue.arn])
        accesses[BACKOFF] = ResourceAccess((statement,), queue.url)
    return accesses

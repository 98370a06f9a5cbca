"""The resources that a function uses in addition to its queue: statements on their ARNs, and environment variables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from queuesmith.settings import FailureSettings, FunctionSettings, WorkerSettings
from queuesmith.settings.arns import name_of, queue_url
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.permissions import PolicyStatement, Statements
from queuesmith.settings.failures import BACKOFF, SEND_TO_DLQ_IMMEDIATELY


@dataclass(frozen=True)
class Use:
    """One resource that a function uses."""

    statements: Statements
    value: str
    """The value of its environment variable: a name, a URL or an ARN."""


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
    """Finds the resources that the settings give by name or key."""

    def table(self, key: str) -> tuple[str, str]:
        """Return name and ARN of a table of the environment."""

    def secret(self, key: str, name: str) -> str:
        """Return the ARN of a secret of this account, by its key in the settings and its name."""

    def parameter(self, name: str) -> str:
        """Return the ARN of a parameter of this account."""


def uses(settings: WorkerSettings, queue: SourceQueue, lookup: Lookup) -> dict[str, Use]:
    """Return everything that the function uses in addition to polling its queue, by the key paths of `settings.uses`."""
    return {**_access_uses(settings, lookup), **_failure_uses(settings.failures, queue)}


def role_statements(
    function: FunctionSettings, queue: SourceQueue, used: Iterable[Use], *, log_group_arn: str, function_arn: str
) -> list[PolicyStatement]:
    """Return the statements of the function's role that follow from its settings, without additional grants."""
    return [
        permissions.write_logs(log_group_arn),
        *permissions.for_options(function, function_arn),
        *permissions.consume(queue.arn, queue.key_arn),
        *(statement for use in used for statement in use.statements),
    ]


def _access_uses(settings: WorkerSettings, lookup: Lookup) -> dict[str, Use]:
    found: dict[str, Use] = {}
    for key, table in settings.tables.items():
        name, arn = lookup.table(key)
        operations = table.operations or (permissions.TABLE_OPERATIONS[table.access] if table.access else ())
        found[f"tables.{key}"] = Use((permissions.use_table(arn, operations),), name)
    for key, bucket in settings.buckets.items():
        statements = permissions.use_objects(bucket.arn, bucket.prefix, bucket.access, bucket.kms_key)
        found[f"buckets.{key}"] = Use(statements, name_of(bucket.arn))
    for key, topic in settings.topics.items():
        found[f"topics.{key}"] = Use(permissions.publish(topic.arn, topic.kms_key), topic.arn)
    for key, queue in settings.queues.items():
        found[f"queues.{key}"] = Use(permissions.send(queue.arn, queue.kms_key), queue_url(queue.arn))
    for key, secret in settings.secrets.items():
        arn = secret.arn or lookup.secret(key, secret.name or "")
        found[f"secrets.{key}"] = Use(permissions.read_secret(arn, secret.kms_key), arn)
    for key, parameter in settings.parameters.items():
        arn = parameter.arn or lookup.parameter(parameter.name or "")
        found[f"parameters.{key}"] = Use(permissions.read_parameter(arn, parameter.kms_key), arn)
    for key, kms_key in settings.keys.items():
        statement = PolicyStatement([f"kms:{name}" for name in kms_key.operations], [kms_key.arn])
        found[f"keys.{key}"] = Use((statement,), kms_key.arn)
    return found


def _failure_uses(settings: FailureSettings, queue: SourceQueue) -> dict[str, Use]:
    """Return the uses of the queue and its DLQ for failed messages, by key path."""
    found: dict[str, Use] = {}
    if settings.send_to_dlq_immediately and queue.dead_letter_arn and queue.dead_letter_url:
        found[SEND_TO_DLQ_IMMEDIATELY] = Use(permissions.send(queue.dead_letter_arn, queue.key_arn), queue.dead_letter_url)
    if settings.backoff is not None:
        found[BACKOFF] = Use((PolicyStatement(["sqs:ChangeMessageVisibility"], [queue.arn]),), queue.url)
    return found

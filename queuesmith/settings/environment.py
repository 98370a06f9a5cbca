"""The settings of one environment: their types, and the checks between its workers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictBool, model_validator

from queuesmith.rules import limits
from queuesmith.rules.resource_names import length_complaint
from queuesmith.rules.wording import quote
from queuesmith.settings.base import Settings
from queuesmith.settings.encryption import EncryptionSettings, with_environment_key
from queuesmith.settings.field_types import AccountId, Email, KmsKeyArn, Name, RelativePath, RoleArn, Text, TopicArn
from queuesmith.settings.worker import WorkerSettings

RESERVED_NAMES = frozenset({"alarm-topic", "aws", "backend", "dashboard", "encryption", "tables"})
"""Construct ids that a stack uses for other constructs than workers."""


class TableSettings(Settings):
    """A DynamoDB table of this environment, billed per request."""

    partition_key: Text
    """The name of the attribute that is the partition key. The attribute is a string."""
    time_to_live: Text | None = None
    """The attribute with the time at which an item expires, in seconds since 1970. Default: items do not expire."""
    point_in_time_recovery: StrictBool = True
    """Whether the table can be restored to any second of the last 35 days."""
    deletion_protection: StrictBool = False
    """Whether AWS refuses to delete the table. To delete it, set this to `false` first."""
    kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the table. The roles of workers that use it get `kms:Decrypt`. Default:
    `encryption.key` or, without it, a key that DynamoDB owns."""


class LocalBackend(Settings):
    """State in a local file, for a single developer."""

    type: Literal["local"]
    """The type of the backend."""
    directory: RelativePath = "state"
    """The folder for the state. Keep it outside `cdktf.out`, so that the state survives if you delete the build output."""


class S3Backend(Settings):
    """State in S3, locked with S3's conditional writes (`use_lockfile`, Terraform 1.10 and later)."""

    type: Literal["s3"]
    """The type of the backend."""
    bucket: Text
    """The bucket's name. The bucket must exist before `terraform init`."""
    region: Text
    """The bucket's region."""
    prefix: Text = "queuesmith"
    """The prefix of the state's key. The state of environment `dev` is `PREFIX/dev.tfstate`."""


class AlarmDestinationSettings(Settings):
    """The SNS topics that alarms notify."""

    topic_arn: TopicArn | None = None
    """An existing SNS topic. Default: the stack creates a topic, encrypted with a key that CloudWatch can use."""
    emails: tuple[Email, ...] = ()
    """E-mail subscribers of the topic that the stack creates. They get all alarms but the composite one. AWS sends each a
    link to confirm the subscription. They get no alarms before they confirm."""
    paging_topic_arn: TopicArn | None = None
    """An SNS topic that pages the person on call. It gets each worker's composite alarm: one notification, even if several of
    its alarms fire. Without this topic, the composite alarm sends no notification."""

    @model_validator(mode="after")
    def _mail_of_own_topic(self) -> Self:
        if self.topic_arn is not None and self.emails:
            text = "cannot be combined with topic_arn, whose owner manages its subscribers. Remove emails"
            self.refuse([("emails", text)])
        return self


class AssumeRoleSettings(Settings):
    """The role that Terraform assumes for this environment."""

    role_arn: RoleArn
    """The role."""
    external_id: Text | None = None
    """The external id that the trust policy requires, if the role is in another account."""
    session_name: Text = "queuesmith"
    """The name of the session in CloudTrail."""


class EnvironmentSettings(Settings):
    """One environment, which is one Terraform stack."""

    environment: Name
    """The name of its file in `config/`, and the prefix of its names in AWS."""
    region: Text
    """The AWS region of all resources."""
    allowed_account_ids: tuple[AccountId, ...] = ()
    """The accounts to which this environment can be applied. The AWS provider refuses others. Empty: any account."""
    assume_role: AssumeRoleSettings | None = None
    tags: dict[str, Text] = Field(default_factory=dict)
    """Tags on all resources, in addition to `environment`."""
    backend: Annotated[LocalBackend | S3Backend, Field(discriminator="type")]
    """The backend for Terraform's state: a local file or S3."""
    prevent_destroy: StrictBool = False
    """Whether Terraform refuses a plan that deletes a queue or a table (`prevent_destroy`)."""
    dashboard: StrictBool = True
    """Create a CloudWatch dashboard with a row for each worker. If there are more than 25 workers, there are several
    dashboards."""
    encryption: EncryptionSettings | None = None
    alarm_destination: AlarmDestinationSettings = AlarmDestinationSettings()
    tables: dict[Name, TableSettings] = Field(default_factory=dict)
    workers: Annotated[dict[Name, WorkerSettings], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _name_workers(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("workers"), dict):
            return data
        workers = {
            key: {"name": f"{data.get('environment')}-{key}", **worker} if isinstance(worker, dict) else worker
            for key, worker in data["workers"].items()
        }
        return with_environment_key({**data, "workers": workers})

    @model_validator(mode="after")
    def _workers_fit_together(self) -> Self:
        self.refuse([*_wrong_names(self), *cross_worker_problems(self.workers, self.tables)])
        return self


def cross_worker_problems(workers: Mapping[str, WorkerSettings], tables: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the problems between workers: a key path, and the rest of a sentence that begins with it."""
    owners: dict[tuple[str, str], str] = {}
    for key, worker in workers.items():
        path = f"workers.{key}"
        if key in RESERVED_NAMES:
            yield path, f"cannot have this name, because the stack uses the id {key} itself. Rename the worker"
        for table in sorted(worker.tables.keys() - set(tables)):
            known = f"Its tables are: {', '.join(tables)}" if tables else "It has no tables"
            yield f"{path}.tables.{table}", f"is not a table of this environment. {known}"
        for kind, name in _unique_names(worker):
            other = owners.setdefault((kind, name), key)
            if other != key:
                yield path, f"and workers.{other} would both have a {kind} with the name {name}. Rename one of them"
                break


def _unique_names(worker: WorkerSettings) -> Iterator[tuple[str, str]]:
    """Yield the kind and the name of each resource of a worker whose name must be unique within its kind."""
    if worker.existing_queue is None:
        yield "queue", worker.queue_name
        yield "queue", worker.dead_letter_name
    yield "function", worker.name


def _wrong_names(settings: EnvironmentSettings) -> Iterator[tuple[str, str]]:
    """Yield names that AWS does not accept. The rules check the names of workers."""
    if (complaint := length_complaint(settings.environment, limits.ENVIRONMENT_NAME_LENGTH)) is not None:
        yield "environment", f"is {quote(settings.environment)}, which {complaint}. Choose a shorter name for its file"
    for key in settings.tables:
        name = f"{settings.environment}-{key}"
        if (complaint := length_complaint(name, limits.TABLE_NAME_LENGTH)) is not None:
            yield f"tables.{key}", f"gives a table the name {quote(name)}, which {complaint}. Choose a shorter key"

"""The settings of one environment: their types, and the checks between its workers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from queuesmith.rules import limits
from queuesmith.rules.resource_names import wrong_length
from queuesmith.rules.wording import shown
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import AccountId, Email, Name, RelativePath, RoleArn, Text, TopicArn
from queuesmith.settings.worker import WorkerSettings

TAKEN_NAMES = frozenset({"alarm-topic", "aws", "backend", "dashboard", "tables"})
"""Construct ids that a stack uses for other constructs than workers."""


class TableSettings(Settings):
    """A DynamoDB table of this environment, billed by request."""

    partition_key: Text
    """The attribute that identifies an item; a string."""
    time_to_live: Text | None = None
    """The attribute that says when an item is deleted, in seconds since 1970. Left out: items stay."""
    point_in_time_recovery: bool = True
    """Let the table be restored as it was at any second of the last 35 days."""
    deletion_protection: bool = False
    """Let nobody delete the table before this is off again."""


class LocalBackend(Settings):
    """State in a file on this machine: for one person."""

    type: Literal["local"]
    """Says that it is this kind."""
    directory: RelativePath = "state"
    """Relative to the project's folder, and outside `cdktf.out`, so that deleting the build output loses nothing."""


class S3Backend(Settings):
    """State in S3, locked with S3's own conditional writes (`use_lockfile`, Terraform 1.10 and later)."""

    type: Literal["s3"]
    """Says that it is this kind."""
    bucket: Text
    """The bucket's name. It has to be there before `terraform init`."""
    region: Text
    """The bucket's region."""
    prefix: Text = "queuesmith"
    """The state of environment `dev` is at `PREFIX/dev.tfstate`."""


class AlarmDestinationSettings(Settings):
    """Where alarms go."""

    topic_arn: TopicArn | None = None
    """An SNS topic that exists. Left out: the stack makes one, encrypted with a key that CloudWatch may use."""
    emails: tuple[Email, ...] = ()
    """Who gets mail from the topic that the stack makes. AWS mails each a link to confirm; until then no
    alarm reaches them."""
    paging_topic_arn: TopicArn | None = None
    """An SNS topic that wakes someone up: it gets each worker's composite alarm, once however many of its alarms go off."""

    @model_validator(mode="after")
    def _mail_of_own_topic(self) -> Self:
        if self.topic_arn is not None and self.emails:
            self.refuse([("emails", "are given beside topic_arn, whose subscribers are its owner's. Take emails out")])
        return self


class AssumeRoleSettings(Settings):
    """The role that Terraform takes on for this environment."""

    role_arn: RoleArn
    """The role."""
    external_id: Text | None = None
    """What the role's trust policy asks for beside, where the role is of another account."""
    session_name: Text = "queuesmith"
    """What CloudTrail calls the session."""


class EnvironmentSettings(Settings):
    """One environment: one Terraform stack."""

    environment: Name
    """The name of its file in `config/`, and the prefix of its names in AWS."""
    region: Text
    """The AWS region of everything in it."""
    allowed_account_ids: tuple[AccountId, ...] = ()
    """Accounts that this may be applied to; the AWS provider refuses any other. Empty: any account."""
    assume_role: AssumeRoleSettings | None = None
    tags: dict[str, Text] = Field(default_factory=dict)
    """Tags on every resource, beside `environment`."""
    backend: Annotated[LocalBackend | S3Backend, Field(discriminator="type")]
    prevent_destroy: bool = False
    """Let no plan that deletes a queue or a table be applied (`prevent_destroy` of Terraform)."""
    dashboard: bool = True
    """Make a CloudWatch dashboard with a row for each worker; several with more than 25 workers."""
    alarm_destination: AlarmDestinationSettings = AlarmDestinationSettings()
    tables: dict[Name, TableSettings] = Field(default_factory=dict)
    workers: Annotated[dict[Name, WorkerSettings], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _name_workers(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("workers"), dict):
            return data
        named = {
            key: {"name": f"{data.get('environment')}-{key}", **worker} if isinstance(worker, dict) else worker
            for key, worker in data["workers"].items()
        }
        return {**data, "workers": named}

    @model_validator(mode="after")
    def _workers_fit_together(self) -> Self:
        self.refuse([*_wrong_names(self), *cross_worker_problems(self.workers, self.tables)])
        return self


def cross_worker_problems(workers: Mapping[str, WorkerSettings], tables: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the problems between workers: a key path, and the rest of a sentence that begins with it."""
    taken: dict[tuple[str, str], str] = {}
    for key, worker in workers.items():
        path = f"workers.{key}"
        if key in TAKEN_NAMES:
            yield path, f"cannot have that name: the stack itself has something called {key}"
        for table in sorted(worker.tables.keys() - set(tables)):
            there = ", ".join(tables) or "none"
            yield f"{path}.tables.{table}", f"names a table that is not there; under tables there is: {there}"
        for what, name in _unique_names(worker):
            other = taken.setdefault((what, name), key)
            if other != key:
                yield path, f"and workers.{other} would both have a {what} called {name}. Give one another name"
                break


def _unique_names(worker: WorkerSettings) -> Iterator[tuple[str, str]]:
    """Yield the kind and the name of each resource of a worker whose name must be unique within its kind."""
    if worker.existing_queue is None:
        yield "queue", worker.queue_name
        yield "queue", worker.dead_letter_name
    yield "function", worker.name


def _wrong_names(settings: EnvironmentSettings) -> Iterator[tuple[str, str]]:
    """Yield names that AWS does not accept. The rules check the names of workers."""
    if (complaint := wrong_length(settings.environment, limits.ENVIRONMENT_NAME_LENGTH)) is not None:
        yield "environment", f"is {shown(settings.environment)}, which {complaint}. Give its file a shorter name"
    for key in settings.tables:
        name = f"{settings.environment}-{key}"
        if (complaint := wrong_length(name, limits.TABLE_NAME_LENGTH)) is not None:
            yield f"tables.{key}", f"gives a table the name {shown(name)}, which {complaint}. Give it a shorter key"

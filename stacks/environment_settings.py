"""The settings of one environment: shape and type, and whether its workers fit together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from stacks.field_types import UNKNOWN_TEXT, AccountId, Name, RelativePath, Text
from stacks.settings import Settings, WorkerSettings

TAKEN_NAMES = frozenset({"alarm-topic", "aws", "backend", "tables"})
"""What else stands in a stack beside its workers."""


class TableSettings(Settings):
    """A DynamoDB table of this environment, billed by request."""

    partition_key: Text
    """The attribute that identifies an item; a string."""
    point_in_time_recovery: bool = True
    deletion_protection: bool = False


class LocalBackend(Settings):
    """State in a file on this machine: for one person."""

    type: Literal["local"]
    directory: RelativePath = "state"
    """Relative to the project's folder, and outside `cdktf.out`, so that deleting the build output loses nothing."""


class S3Backend(Settings):
    """State in S3, locked with S3's own conditional writes (`use_lockfile`, Terraform 1.10 and later)."""

    type: Literal["s3"]
    bucket: Text
    region: Text
    prefix: Text = "queuesmith"
    """The state of environment `dev` is at `PREFIX/dev.tfstate`."""


class AlarmDestinationSettings(Settings):
    """Where alarms go."""

    topic_arn: Text | None = None
    """An SNS topic that exists. Left out: the stack makes one."""


class EnvironmentSettings(Settings):
    """One environment: one Terraform stack."""

    environment: Name
    """The name of its file in `config/`, and the prefix of its names in AWS."""
    region: Text
    allowed_account_ids: tuple[AccountId, ...] = ()
    """Accounts that this may be applied to; the AWS provider refuses any other. Empty: any account."""
    tags: dict[str, Text] = Field(default_factory=dict)
    """Tags on every resource, beside `environment`."""
    backend: Annotated[LocalBackend | S3Backend, Field(discriminator="type")]
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
        problems = list(misfits(self.workers, self.tables))
        if problems:
            text = "; ".join(sentence for _, sentence in problems)
            raise PydanticCustomError("misfits", "{text}", {"text": text, "problems": problems})
        return self


def misfits(workers: Mapping[str, WorkerSettings], tables: Collection[str]) -> Iterator[tuple[str, str]]:
    """What is wrong between workers: the key path of each problem, and the problem as a sentence."""
    queues: dict[str, str] = {}
    for key, worker in workers.items():
        path = f"workers.{key}"
        if key in TAKEN_NAMES:
            yield path, f"{path} cannot have that name: the stack itself has something called {key}"
        for table in sorted(worker.tables.keys() - set(tables)):
            there = ", ".join(tables) or "none"
            text = f"{path}.tables.{table} names a table that is not there; under tables there is: {there}"
            yield f"{path}.tables.{table}", text
        for queue in (worker.name, worker.dead_letter_name):
            other = queues.setdefault(queue, key)
            if other != key and UNKNOWN_TEXT not in queue:
                text = f"{path} and workers.{other} would both have a queue called {queue}. Give one another name"
                yield path, text

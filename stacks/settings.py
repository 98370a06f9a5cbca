"""The settings of one environment: shape and type. Limits are not here but in the rules (`queuesmith.rules`).

Every model is frozen and refuses unknown keys. A value that Terraform will know later (`is_token`) is let through and never
judged.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from queuesmith.rules.limits import recommended_visibility_timeout
from stacks.field_types import (
    AccountId,
    Days,
    ImageByDigest,
    Megabytes,
    Name,
    Operation,
    RelativePath,
    Seconds,
    Text,
    WholeNumber,
    is_token,
)

TAKEN_NAMES = frozenset({"alarm-topic", "aws", "backend", "tables"})
"""What else stands in a stack beside its workers."""


class Settings(BaseModel):
    """What every settings object has in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class QueueSettings(Settings):
    """The queue that producers send to."""

    visibility_timeout: Seconds | None = None
    """Seconds a received message stays hidden. Left out: 6 × function timeout + batching window (Lambda developer guide).
    Limits: QL001–QL003."""
    max_receive_count: WholeNumber = 5
    """How often a message is received before it moves to the DLQ. Limits: QL005."""
    retention: Seconds = 345_600
    """Seconds that an unworked message is kept: four days, as SQS does. Limits: QL009."""


class DeadLetterQueueSettings(Settings):
    """The queue that keeps what keeps failing."""

    retention: Seconds = 1_209_600
    """Seconds that a message is kept, on a standard queue counted from when it was first sent: 14 days, the most there is.
    Limits: QL007, QL009."""


class S3Object(Settings):
    """A zip in S3."""

    bucket: Text
    key: Text
    version: Text | None = None
    """The object's version id. Left out: whatever is there when Terraform applies."""


class ArtifactSettings(Settings):
    """Where the function's code comes from: exactly one of the three. Nothing here builds code."""

    zip: Text | None = None
    """A local zip, relative to the project's folder. `make package` builds it."""
    s3: S3Object | None = None
    """A zip that a build pipeline has put into S3."""
    image: ImageByDigest | None = None
    """An image in ECR by digest: `account.dkr.ecr.region.amazonaws.com/name@sha256:…`."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in ("zip", "s3", "image") if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError("one_artifact", "exactly one of zip, s3 and image")
        return self


class FunctionSettings(Settings):
    """The Lambda function that works the queue off."""

    artifact: ArtifactSettings
    handler: Text = "main.lambda_handler"
    """Module and function. Not used with an image."""
    runtime: Text = "python3.13"
    """The Lambda runtime. Not used with an image."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    memory: Megabytes = 256
    """MB. Limits: QL201."""
    timeout: Seconds = 30
    """Seconds that one invocation may take. Limits: QL201."""
    reserved_concurrency: WholeNumber | None = None
    """How many run at once, at the most. Left out: as many as the account has to spare."""
    environment: dict[str, Text] = Field(default_factory=dict)
    """Environment variables: names and switches, never secrets."""


class LogSettings(Settings):
    """The function's JSON logs."""

    retention: Days = 30
    """Days that CloudWatch keeps them. Limits: QL206."""
    level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] = "INFO"
    """The lowest level of the function's own lines that is kept."""
    system_level: Literal["DEBUG", "INFO", "WARN"] = "INFO"
    """The lowest level of Lambda's own lines that is kept."""


class SourceSettings(Settings):
    """The event source mapping: how Lambda reads the queue."""

    batch_size: WholeNumber = 10
    """Messages an invocation gets at the most. Limits: QL101, QL102."""
    batching_window: Seconds = 0
    """Seconds that Lambda waits to fill a batch. Limits: QL103."""
    maximum_concurrency: WholeNumber | None = None
    """Invocations that this queue causes at once. Left out: no limit of its own. Limits: QL104, QL105."""


class TableAccessSettings(Settings):
    """What a worker may do to a table of this environment."""

    operations: Annotated[tuple[Operation, ...], Field(min_length=1)]
    """DynamoDB operations by name: `["PutItem"]` allows `dynamodb:PutItem` on that table and no more."""
    variable: Text
    """The environment variable in which the handler finds the table's name."""


class AlarmSettings(Settings):
    """When someone is told. Each alarm compares with ≥."""

    dead_letter_depth: WholeNumber = 1
    """Messages in the DLQ."""
    oldest_message_age: Seconds = 900
    """Seconds that the oldest message has waited."""
    errors: WholeNumber = 1
    """Failed invocations in five minutes."""
    throttles: WholeNumber = 1
    """Throttled invocations in five minutes."""


class WorkerSettings(Settings):
    """One worker: a queue, a function, and what stands around them."""

    name: Text
    """The prefix of every name in AWS. In `config/` it is `ENVIRONMENT-WORKER` where it is left out."""
    queue: QueueSettings = QueueSettings()
    dead_letter_queue: DeadLetterQueueSettings = DeadLetterQueueSettings()
    function: FunctionSettings
    logs: LogSettings = LogSettings()
    source: SourceSettings = SourceSettings()
    tables: dict[Name, TableAccessSettings] = Field(default_factory=dict)
    """Tables of the environment by their key under `tables`."""
    alarms: AlarmSettings = AlarmSettings()

    @model_validator(mode="after")
    def _variables_are_set_once(self) -> Self:
        variables = [access.variable for access in self.tables.values()] + list(self.function.environment)
        twice = sorted({name for name in variables if variables.count(name) > 1})
        if twice:
            raise PydanticCustomError("variables", "set once: {names} is given twice", {"names": ", ".join(twice)})
        return self

    @property
    def dead_letter_name(self) -> str:
        """The DLQ's name."""
        return f"{self.name}-dlq"

    @property
    def visibility_timeout(self) -> int:
        """Seconds: as set, or derived from the function timeout and the batching window.

        Derived from a token, it is as unknown as the token; then it has to be set.
        """
        if self.queue.visibility_timeout is not None:
            return self.queue.visibility_timeout
        if is_token(self.function.timeout) or is_token(self.source.batching_window):
            raise ValueError(
                f"{self.name}: queue.visibility_timeout cannot be derived from a function.timeout or source.batching_window "
                "that only Terraform will know. Set queue.visibility_timeout"
            )
        return recommended_visibility_timeout(self.function.timeout, self.source.batching_window)


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
        queues: dict[str, str] = {}
        for key, worker in self.workers.items():
            path = f"workers.{key}"
            if key in TAKEN_NAMES:
                raise _refused(path, f"{path} cannot have that name: the stack itself has something called {key}")
            for table in sorted(worker.tables.keys() - self.tables.keys()):
                there = ", ".join(self.tables) or "none"
                text = f"{path}.tables.{table} names a table that is not there; under tables there is: {there}"
                raise _refused(f"{path}.tables.{table}", text)
            for queue in (worker.name, worker.dead_letter_name):
                other = queues.setdefault(queue, key)
                if other != key:
                    text = f"{path} and workers.{other} would both have a queue called {queue}. Give one another name"
                    raise _refused(path, text)
        return self


def _refused(path: str, text: str) -> PydanticCustomError:
    """An error about more than one key: `path` is the one to name the file of."""
    return PydanticCustomError("sentence", "{text}", {"path": path, "text": text})

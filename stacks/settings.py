"""The settings of one worker: shape and type. Limits are not here but in the rules (`queuesmith.rules`).

Every model is frozen and refuses unknown keys. A value that Terraform will know later (`is_token`) is let through and never
judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from queuesmith.rules.limits import recommended_visibility_timeout
from stacks.field_types import (
    Days,
    ImageByDigest,
    Megabytes,
    Name,
    Operation,
    PositiveNumber,
    Reason,
    Seconds,
    Text,
    WholeNumber,
    is_token,
)

T = TypeVar("T")


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
    expected_seconds_per_record: PositiveNumber | None = None
    """Seconds that one message takes, such as 0.5, where you know it: the batch is then compared with the timeout.
    Limits: QL113, QL211."""
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
    accept: dict[str, Reason] = Field(default_factory=dict)
    """Findings to live with: a rule's id and the reason, as in `accept = { QL007 = "the DLQ is emptied hourly" }`.
    Limits that AWS enforces cannot be accepted. Limits: QL901–QL903."""

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
    def role_name(self) -> str:
        """The name of the function's role."""
        return f"{self.name}-function"

    def variables(self, table_names: Mapping[str, T]) -> dict[str, str | T]:
        """The function's environment variables. `table_names` are the names of its tables by key."""
        return {
            "POWERTOOLS_SERVICE_NAME": self.name,
            **{access.variable: table_names[key] for key, access in self.tables.items()},
            **self.function.environment,
        }

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

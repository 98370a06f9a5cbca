"""The settings of the Lambda function that processes the queue's messages, and of its logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, model_validator

from queuesmith.rules import limits
from queuesmith.settings.base import Settings
from queuesmith.settings.deployment import DEFAULT_ALIAS, DeploymentSettings
from queuesmith.settings.field_types import (
    AliasName,
    Days,
    ImageByDigest,
    KmsKeyArn,
    LayerArn,
    Megabytes,
    Messages,
    NamedFolder,
    PolicyArn,
    RolePath,
    Seconds,
    SecurityGroupId,
    SigningConfigurationArn,
    SubnetId,
    Text,
    WholeNumber,
)


class S3Object(Settings):
    """A zip file in S3."""

    bucket: Text
    """The bucket's name."""
    key: Text
    """The object's key."""
    version: Text | None = None
    """The object's version id. Default: the latest version when Terraform applies."""


class ArtifactSettings(Settings):
    """The function's code: exactly one of `zip`, `s3` and `image`. Synth does not build it."""

    exactly_one_of = ("zip", "s3", "image")

    zip: Text | None = None
    """A local zip file, relative to the project's folder. `queuesmith package` builds it from `function.code`."""
    s3: S3Object | None = None
    """A zip file that a build pipeline has uploaded to S3."""
    image: ImageByDigest | None = None
    """An image in ECR by digest: `account.dkr.ecr.region.amazonaws.com/name@sha256:…`."""


class VpcSettings(Settings):
    """The VPC that the function connects to. The role gets the permissions for network interfaces."""

    subnets: Annotated[tuple[SubnetId, ...], Field(min_length=1)]
    """Subnet ids, in several Availability Zones. The services that the handler calls must be reachable from them."""
    security_groups: Annotated[tuple[SecurityGroupId, ...], Field(min_length=1)]
    """Security group ids."""


class FunctionSettings(Settings):
    """The Lambda function that processes the queue's messages."""

    artifact: ArtifactSettings
    code: NamedFolder | None = None
    """The folder with the worker's code. `queuesmith package` builds a local zip from it and from the project's modules that it
    imports. Hidden files are not packaged. Symbolic links must point to files in the same folder. Default: `handlers/WORKER`,
    with underscores instead of the hyphens in the worker's key."""
    handler: Text = "main.lambda_handler"
    """Module and function. Not used with an image."""
    runtime: Text = "python3.13"
    """The Lambda runtime. Functions with Python 3.14 need AWS provider 6.21 or later. Not used with an image. Limits: QL205."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """The instruction set that the zip or image is built for."""
    memory: Annotated[int, Megabytes(limits.MEMORY_OF_OLDEST_PROVIDER)] = 256
    """Memory in MB. Limits: QL201."""
    timeout: Annotated[int, Seconds(limits.FUNCTION_TIMEOUT_OF_OLDEST_PROVIDER)] = 30
    """The longest time for one invocation, in seconds. Limits: QL201."""
    ephemeral_storage: Annotated[int, Megabytes(limits.EPHEMERAL_STORAGE_OF_OLDEST_PROVIDER)] = 512
    """The size of `/tmp` in MB. Limits: QL201."""
    layers: tuple[LayerArn, ...] = ()
    """Layers, by ARN with version. Limits: QL214."""
    reserved_concurrency: Annotated[int, WholeNumber()] | None = None
    """Concurrency that is reserved for the function and is also its maximum. AWS keeps 100 of the account's concurrency
    unreserved. Default: the function shares the account's unreserved concurrency."""
    message_concurrency: Annotated[int, Messages(limits.MESSAGE_CONCURRENCY)] = 1
    """How many messages of a batch are processed simultaneously by a handler that is built on `queuesmith_worker`. Above 1, the
    Python function that handles a message runs in several threads. A coroutine function runs in one event loop. On FIFO queues,
    messages of the same group are still processed in order. Limits: QL230."""
    environment: dict[str, Text] = Field(default_factory=dict)
    """Environment variables. They must not contain secrets."""
    environment_kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the environment variables. The role gets `kms:Decrypt` on it. Default: Lambda's
    own key."""
    vpc: VpcSettings | None = None
    tracing: StrictBool = False
    """Trace invocations with X-Ray. The role gets the permissions for it."""
    code_signing: SigningConfigurationArn | None = None
    """The code signing configuration. Lambda deploys only code whose signature the configuration trusts. Not for an image."""
    alias: AliasName | None = None
    """The alias that the event source mapping invokes. Each change publishes a version, and the alias points to the newest one,
    unless `deployment` is set. Default: no alias, or `live` with `deployment`."""
    deployment: DeploymentSettings | None = None
    snap_start: StrictBool = False
    """Start new execution environments from a snapshot of the initialized function (SnapStart), which Lambda takes of each
    published version. Needs `alias`. The snapshot contains the state after the modules have loaded, so create connections and
    random values in the handler, not when a module loads. Limits: QL224."""
    recursive_loop: Literal["Terminate", "Allow"] = "Terminate"
    """What Lambda does when it detects that the function causes its own invocations through queues, topics or buckets. By
    default, it stops the loop after about 16 invocations, and moves the message to the DLQ. With `Allow`, nothing stops a
    loop, and you pay for each invocation."""
    permissions_boundary: PolicyArn | None = None
    """The managed policy that is the role's permissions boundary."""
    role_path: RolePath = "/"
    """The role's path in IAM."""

    @model_validator(mode="before")
    @classmethod
    def _deployment_has_alias(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("deployment") is not None and data.get("alias") is None:
            return {**data, "alias": DEFAULT_ALIAS}
        return data


class LogSettings(Settings):
    """The function's logs, in JSON."""

    retention: Annotated[int, Days((0, *limits.LOG_RETENTIONS))] = 30
    """How long CloudWatch keeps the logs, in days. 0: they never expire. Limits: QL206."""
    level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] = "INFO"
    """The lowest level of the function's log lines that is kept. Above INFO, the metrics of `queuesmith_worker` are lost too,
    because they are lines without a level."""
    system_level: Literal["DEBUG", "INFO", "WARN"] = "INFO"
    """The lowest level of Lambda's own log lines that is kept."""
    group_class: Literal["STANDARD", "INFREQUENT_ACCESS"] = "STANDARD"
    """The log group's class. It cannot be changed later. The cheaper `INFREQUENT_ACCESS` has no live tail, no metric filters
    and no metrics from log lines: the metrics of `queuesmith_worker` are lost."""
    kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the log group. Its key policy must allow CloudWatch Logs to use it."""

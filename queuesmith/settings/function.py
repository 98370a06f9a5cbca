"""The settings of the Lambda function that processes the queue's messages, and of its logs."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from queuesmith.rules import limits
from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import (
    AliasName,
    Days,
    ImageByDigest,
    KmsKeyArn,
    LayerArn,
    Megabytes,
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
    """A zip in S3."""

    bucket: Text
    """The bucket's name."""
    key: Text
    """The object's key."""
    version: Text | None = None
    """The object's version id. Left out: whatever is there when Terraform applies."""


class ArtifactSettings(Settings):
    """Where the function's code comes from: exactly one of the three. Synth builds none of them."""

    zip: Text | None = None
    """A local zip, relative to the project's folder. `queuesmith package` builds it from `function.code`."""
    s3: S3Object | None = None
    """A zip that a build pipeline has put into S3."""
    image: ImageByDigest | None = None
    """An image in ECR by digest: `account.dkr.ecr.region.amazonaws.com/name@sha256:…`."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        self.exactly_one_of("zip", "s3", "image")
        return self


class VpcSettings(Settings):
    """The network that the function runs in. The role gets the network-interface permissions for it."""

    subnets: Annotated[tuple[SubnetId, ...], Field(min_length=1)]
    """Subnets by id, of several availability zones. What the handler calls has to be reached from them."""
    security_groups: Annotated[tuple[SecurityGroupId, ...], Field(min_length=1)]
    """Security groups by id."""


class FunctionSettings(Settings):
    """The Lambda function that works the queue off."""

    artifact: ArtifactSettings
    code: NamedFolder | None = None
    """The folder with the worker's code, from which `queuesmith package` builds a local zip, together with the modules of the
    project that it imports. Hidden files are not packaged. Symbolic links must lead to files in the same folder. Default:
    `handlers/WORKER`, with underscores for the hyphens of the worker's key."""
    handler: Text = "main.lambda_handler"
    """Module and function. Not used with an image."""
    runtime: Text = "python3.13"
    """The Lambda runtime. Not used with an image."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """The processor that the package or image is built for."""
    memory: Annotated[int, Megabytes(limits.MEMORY_OF_OLDEST_PROVIDER)] = 256
    """MB. Limits: QL201."""
    timeout: Annotated[int, Seconds(limits.FUNCTION_TIMEOUT_OF_OLDEST_PROVIDER)] = 30
    """Seconds that one invocation may take. Limits: QL201."""
    ephemeral_storage: Annotated[int, Megabytes(limits.EPHEMERAL_STORAGE_OF_OLDEST_PROVIDER)] = 512
    """MB of /tmp. Limits: QL201."""
    layers: tuple[LayerArn, ...] = ()
    """Layers by ARN and version. Limits: QL214."""
    reserved_concurrency: Annotated[int, WholeNumber()] | None = None
    """How many run at once, at the most. AWS keeps 100 of the account's unreserved. Left out: as many as the account has
    to spare."""
    environment: dict[str, Text] = Field(default_factory=dict)
    """Environment variables: names and switches, never secrets."""
    environment_kms_key: KmsKeyArn | None = None
    """A customer managed key that encrypts the environment variables: the role gets `kms:Decrypt` on it. Left out: Lambda's
    own."""
    vpc: VpcSettings | None = None
    tracing: bool = False
    """Traces in X-Ray: the role gets the permissions for it."""
    code_signing: SigningConfigurationArn | None = None
    """A code signing configuration: only code that it trusts is deployed. Not for an image."""
    alias: AliasName | None = None
    """Publish a version with each change, and let this alias, which the mapping then calls, name the newest."""
    permissions_boundary: PolicyArn | None = None
    """The managed policy that bounds the role."""
    role_path: RolePath = "/"
    """The path of the role in IAM."""


class LogSettings(Settings):
    """The function's JSON logs."""

    retention: Annotated[int, Days((0, *limits.LOG_RETENTIONS))] = 30
    """Days that CloudWatch keeps them; 0 keeps them for ever. Limits: QL206."""
    level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] = "INFO"
    """The lowest level of the function's own lines that is kept. Above INFO, Lambda drops the metrics of `queuesmith_worker`
    too: they are lines without a level."""
    system_level: Literal["DEBUG", "INFO", "WARN"] = "INFO"
    """The lowest level of Lambda's own lines that is kept."""
    group_class: Literal["STANDARD", "INFREQUENT_ACCESS"] = "STANDARD"
    """The log group's class; it cannot be changed later. The cheaper one has no live tail and no metric
    filters, and takes no metrics out of the lines: those of `queuesmith_worker` are lost."""
    kms_key: KmsKeyArn | None = None
    """A customer managed key that encrypts the log group; its policy must let CloudWatch Logs use it."""

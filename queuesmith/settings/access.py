"""The settings for the resources that a worker's function uses. Each grants permissions on one ARN.

`variable` is the environment variable with the name, URL or ARN of the resource. It never contains the value of a secret.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import (
    BucketArn,
    KeyPrefix,
    KmsKeyArn,
    Operation,
    ParameterArn,
    ParameterName,
    QueueArn,
    SecretArn,
    SecretName,
    Text,
    TopicArn,
)

AccessKind = Literal["read", "write", "read_write"]
TableAccessKind = AccessKind | Literal["idempotency", "circuit_breaker"]


class TableAccessSettings(Settings):
    """A DynamoDB table of this environment: exactly one of `operations` and `access`."""

    exactly_one_of = ("operations", "access")

    operations: Annotated[tuple[Operation, ...], Field(min_length=1)] | None = None
    """DynamoDB operations by name: `["PutItem"]` allows only `dynamodb:PutItem`, and only on this table."""
    access: TableAccessKind | None = None
    """The usual operations for reading, writing or both, or those that Powertools' Idempotency or circuit breaker needs on its
    table."""
    variable: Text
    """The environment variable with the table's name."""


class BucketAccessSettings(Settings):
    """The objects under a prefix of an S3 bucket."""

    arn: BucketArn
    """The bucket."""
    prefix: KeyPrefix
    """The prefix of the objects' keys, as in `invoices/`."""
    access: AccessKind
    """Whether the function reads objects, writes them, or both."""
    kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the objects."""
    variable: Text | None = None
    """The environment variable with the bucket's name."""


class TopicAccessSettings(Settings):
    """An SNS topic that the function publishes to."""

    arn: TopicArn
    """The topic."""
    kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the topic."""
    variable: Text
    """The environment variable with the topic's ARN."""


class QueueAccessSettings(Settings):
    """Another SQS queue that the function sends to."""

    arn: QueueArn
    """A queue other than the worker's own. Limits: QL208."""
    kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the queue."""
    variable: Text
    """The environment variable with the queue's URL."""


class SecretAccessSettings(Settings):
    """A secret in Secrets Manager that the handler reads: exactly one of `arn` and `name`."""

    exactly_one_of = ("arn", "name")

    arn: SecretArn | None = None
    """A secret in any account: its ARN, with the six characters that Secrets Manager appends."""
    name: SecretName | None = None
    """A secret in this account and region. It must exist when Terraform plans."""
    kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the secret."""
    variable: Text
    """The environment variable with the secret's ARN, never its value."""


class ParameterAccessSettings(Settings):
    """A parameter in the SSM Parameter Store that the handler reads: exactly one of `arn` and `name`."""

    exactly_one_of = ("arn", "name")

    arn: ParameterArn | None = None
    """A parameter in any account."""
    name: ParameterName | None = None
    """A parameter in this account and region, such as `/orders/mail-host`."""
    kms_key: KmsKeyArn | None = None
    """The customer managed key that encrypts the parameter."""
    variable: Text
    """The environment variable with the parameter's ARN, never its value."""


class KeyAccessSettings(Settings):
    """A customer managed KMS key that the function's code uses."""

    arn: KmsKeyArn
    """The key."""
    operations: Annotated[tuple[Operation, ...], Field(min_length=1)]
    """KMS operations by name: `["Decrypt"]` allows only `kms:Decrypt`, and only with this key."""
    variable: Text | None = None
    """The environment variable with the key's ARN."""

"""The account, region and partition of a stack, read from the ARN of one of its resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from cdktf_cdktf_provider_aws.data_aws_arn import DataAwsArn
from constructs import Construct

from queuesmith.settings.field_types import is_token


@dataclass(frozen=True)
class ArnScope:
    """The partition, region and account of a resource."""

    partition: str
    """`aws`, `aws-cn` or `aws-us-gov`."""
    region: str
    account: str

    @property
    def prefix(self) -> str:
        """Return `REGION:ACCOUNT`, the middle part of an ARN."""
        return f"{self.region}:{self.account}"


def arn_scope(scope: Construct, arn: str) -> ArnScope:
    """Read the scope from the ARN or, if it is a token, from a data source that splits the ARN without a request to AWS.

    A Terraform function would put quotes into the policies, so that other tools could not parse them as JSON.
    """
    if not is_token(arn):
        _, partition, _, region, account, *_ = arn.split(":")
        return ArnScope(partition, region, account)
    if scope.node.try_find_child("here") is None:
        DataAwsArn(scope, "here", arn=arn)
    parts = cast(DataAwsArn, scope.node.find_child("here"))
    return ArnScope(parts.partition, parts.region, parts.account)

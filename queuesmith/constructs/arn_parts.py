"""The account, region and partition of a stack, read from the ARN of one of its resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from cdktf_cdktf_provider_aws.data_aws_arn import DataAwsArn
from constructs import Construct

from queuesmith.settings.field_types import is_token

DATA_SOURCE = "here"
"""The id of the data source, which is part of its Terraform address: it must not change."""


@dataclass(frozen=True)
class ArnParts:
    """The fields of a resource's ARN that its stack's other ARNs share."""

    partition: str
    """`aws`, `aws-cn` or `aws-us-gov`."""
    region: str
    account: str

    @property
    def region_and_account(self) -> str:
        """Return `REGION:ACCOUNT`, as an ARN contains them."""
        return f"{self.region}:{self.account}"


def arn_parts(scope: Construct, arn: str) -> ArnParts:
    """Split the ARN or, if it is a token, let the data source `aws_arn` split it, which sends no request to AWS.

    Terraform's `split()` is no alternative: the quotes of its argument would be inside a policy's JSON string, and tools that
    read cdk.tf.json could not parse the policy.
    """
    if not is_token(arn):
        _, partition, _, region, account, *_ = arn.split(":")
        return ArnParts(partition, region, account)
    if scope.node.try_find_child(DATA_SOURCE) is None:
        DataAwsArn(scope, DATA_SOURCE, arn=arn)
    parts = cast(DataAwsArn, scope.node.find_child(DATA_SOURCE))
    return ArnParts(parts.partition, parts.region, parts.account)

"""Which account, region and partition a stack is in, out of the ARN of something that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from constructs import Construct

from queuesmith.constructs.bindings import DataAwsArn
from queuesmith.settings.field_types import is_token


@dataclass(frozen=True)
class Here:
    """Where something is."""

    partition: str
    """`aws`, `aws-cn` or `aws-us-gov`."""
    region: str
    account: str

    @property
    def prefix(self) -> str:
        """`REGION:ACCOUNT`, as in the middle of an ARN."""
        return f"{self.region}:{self.account}"


def here(scope: Construct, arn: str) -> Here:
    """Taken out of an ARN. Where only Terraform will know that, a data source does it, which asks AWS nothing; a function of
    Terraform's would put quotes into the policies, which are then no JSON for those who read them.
    """
    if not is_token(arn):
        _, partition, _, region, account, *_ = arn.split(":")
        return Here(partition, region, account)
    if scope.node.try_find_child("here") is None:
        DataAwsArn(scope, "here", arn=arn)
    parts = cast(DataAwsArn, scope.node.find_child("here"))
    return Here(parts.partition, parts.region, parts.account)

"""The account, region and partition that a stack is applied to, asked for once a stack."""

from __future__ import annotations

from cdktf import TerraformStack
from constructs import Construct

from stacks.aws import DataAwsCallerIdentity, DataAwsPartition, DataAwsRegion


def account_id(scope: Construct) -> str:
    """The account that the stack around `scope` is applied to."""
    return _asked(scope, DataAwsCallerIdentity, "account-id", "account_id")


def region(scope: Construct) -> str:
    """The region that the stack around `scope` is applied to."""
    return _asked(scope, DataAwsRegion, "account-region", "id")  # `name` is on its way out, `region` is not in 5.100


def partition(scope: Construct) -> str:
    """`aws`, `aws-cn` or `aws-us-gov`."""
    return _asked(scope, DataAwsPartition, "account-partition", "partition")


def _asked(scope: Construct, kind: type[Construct], id: str, attribute: str) -> str:
    stack = TerraformStack.of(scope)
    if stack.node.try_find_child(id) is None:
        kind(stack, id)
    return f"${{data.{kind.TF_RESOURCE_TYPE}.{id}.{attribute}}}"  # type: ignore[attr-defined]  # all of the bindings have it

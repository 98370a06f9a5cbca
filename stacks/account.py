"""The account, region and partition that a stack is applied to, asked for once a stack; and what an ARN says by itself."""

from __future__ import annotations

from cdktf import Fn, TerraformStack
from constructs import Construct

from stacks.aws import DataAwsCallerIdentity, DataAwsPartition, DataAwsRegion
from stacks.settings.field_types import is_token


def account_id(scope: Construct) -> str:
    """The account that the stack around `scope` is applied to."""
    return _asked(scope, DataAwsCallerIdentity, "account-id", "account_id")


def region(scope: Construct) -> str:
    """The region that the stack around `scope` is applied to."""
    return _asked(scope, DataAwsRegion, "account-region", "id")  # `name` is on its way out, `region` is not in 5.100


def partition(scope: Construct) -> str:
    """`aws`, `aws-cn` or `aws-us-gov`."""
    return _asked(scope, DataAwsPartition, "account-partition", "partition")


def account_of(arn: str) -> str:
    """The account in an ARN, which may be a token."""
    return _field(arn, 4)


def region_of(arn: str) -> str:
    """The region in an ARN, which may be a token."""
    return _field(arn, 3)


def name_of(arn: str) -> str:
    """The name at the end of an ARN of a queue or topic, which may be a token."""
    return _field(arn, 5)


def _field(arn: str, index: int) -> str:
    if not is_token(arn):
        return arn.split(":")[index]
    field: str = Fn.element(Fn.split(":", arn), index)
    return field


def _asked(scope: Construct, kind: type[Construct], id: str, attribute: str) -> str:
    stack = TerraformStack.of(scope)
    if stack.node.try_find_child(id) is None:
        kind(stack, id)
    return f"${{data.{kind.TF_RESOURCE_TYPE}.{id}.{attribute}}}"  # type: ignore[attr-defined]  # all of the bindings have it

"""What an ARN says by itself, also where only Terraform will know it."""

from __future__ import annotations

from queuesmith.settings.field_types import is_token


def account_of(arn: str) -> str:
    """The account in an ARN, which may be a token."""
    return _field(arn, 4)


def region_of(arn: str) -> str:
    """The region in an ARN, which may be a token."""
    return _field(arn, 3)


def name_of(arn: str) -> str:
    """The name at the end of an ARN of a queue, topic or bucket, which may be a token."""
    return _field(arn, 5)


def queue_url(arn: str) -> str:
    """The URL of the queue with this ARN. It may be a token, but not in China's partition, which cannot be seen in one."""
    suffix = "amazonaws.com.cn" if arn.startswith("arn:aws-cn:") else "amazonaws.com"
    return f"https://sqs.{region_of(arn)}.{suffix}/{account_of(arn)}/{name_of(arn)}"


def _field(arn: str, index: int) -> str:
    if not is_token(arn):
        return arn.split(":")[index]
    from cdktf import Fn  # loads Node, and who has a token has it already

    field: str = Fn.element(Fn.split(":", arn), index)
    return field

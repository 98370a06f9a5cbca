"""Functions that return parts of an ARN, also of a token for an ARN that is known only after apply."""

from __future__ import annotations

from queuesmith.settings.field_types import is_token


def account_of(arn: str) -> str:
    """Return the account in an ARN, which can be a token."""
    return _field(arn, 4)


def region_of(arn: str) -> str:
    """Return the region in an ARN, which can be a token."""
    return _field(arn, 3)


def name_of(arn: str) -> str:
    """Return the name at the end of the ARN of a queue, topic or bucket. The ARN can be a token."""
    return _field(arn, 5)


def queue_url(arn: str) -> str:
    """Return the URL of the queue with this ARN.

    The ARN can be a token, except in the partition for China: its URLs have another domain, and a token hides the partition.
    """
    suffix = "amazonaws.com.cn" if arn.startswith("arn:aws-cn:") else "amazonaws.com"
    return f"https://sqs.{region_of(arn)}.{suffix}/{account_of(arn)}/{name_of(arn)}"


def _field(arn: str, index: int) -> str:
    if not is_token(arn):
        return arn.split(":")[index]
    from cdktf import Fn  # starts Node, which already runs if there is a token

    field: str = Fn.element(Fn.split(":", arn), index)
    return field

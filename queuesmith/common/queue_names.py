"""Derives facts from queue names and regions, without calls to AWS."""

from __future__ import annotations

FIFO = ".fifo"
_PARTITIONS = {
    "cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b", "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f", "eusc-": "aws-eusc",
}  # fmt: skip
"""The partitions by the beginning of a region's name."""


def is_fifo(name: str) -> bool:
    """Whether a queue or a topic is FIFO, by its name, URL or ARN."""
    return name.endswith(FIFO)


def queue_arn(region: str, account: str, name: str) -> str:
    """The ARN of a queue."""
    return f"arn:{partition_of(region)}:sqs:{region}:{account}:{name}"


def partition_of(region: str) -> str:
    """The partition of a region."""
    return next((each for start, each in _PARTITIONS.items() if region.startswith(start)), "aws")

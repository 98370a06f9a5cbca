"""What a queue's name says of it, and its ARN: known without asking AWS."""

from __future__ import annotations

FIFO = ".fifo"
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
"""By how a region's name begins."""


def is_fifo(name: str) -> bool:
    """Whether a queue or topic is FIFO, by its name, URL or ARN."""
    return name.endswith(FIFO)


def queue_arn(region: str, account: str, name: str) -> str:
    """The ARN of a queue."""
    partition = next((each for start, each in _PARTITIONS.items() if region.startswith(start)), "aws")
    return f"arn:{partition}:sqs:{region}:{account}:{name}"

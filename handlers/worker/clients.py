"""The clients of AWS that workers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

PATIENCE = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})
"""A service that does not answer costs a record some two seconds, and not the minutes for which botocore waits by itself."""


def make_sqs() -> SQSClient:
    """A client of SQS."""
    return boto3.client("sqs", config=PATIENCE)

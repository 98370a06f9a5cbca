"""Clients of AWS with short timeouts. boto3 is loaded when this module is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SHORT_TIMEOUTS = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})
"""A service that does not answer delays a record by some two seconds, instead of the minutes that botocore waits by default."""
NO_RETRIES = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})
"""For requests that must not be repeated because the answer was slow."""


def make_sqs() -> SQSClient:
    """A client of SQS."""
    return boto3.client("sqs", config=NO_RETRIES)


def retry_closed_connection(call: Callable[..., Any], **request: Any) -> Any:
    """Make a request, and repeat it once if it did not arrive because the connection was closed, as it is after Lambda has
    frozen the function for a while. Raises what boto3 raises.
    """
    try:
        return call(**request)
    except (ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError):
        return call(**request)

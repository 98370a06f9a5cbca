"""AWS clients with short timeouts. Importing this module loads boto3."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SHORT_TIMEOUTS = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})
"""If a service does not respond, a record waits about two seconds. With botocore's defaults it would wait for minutes."""
NO_RETRIES = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})
"""For requests that must not be repeated only because the response is slow."""


def make_sqs() -> SQSClient:
    """Create an SQS client that does not retry."""
    return boto3.client("sqs", config=NO_RETRIES)


def retry_closed_connection(call: Callable[..., Any], **request: Any) -> Any:
    """Make a request, and repeat it once if it was not received because the connection was closed.

    Connections are closed while Lambda has the function frozen between invocations. Raises boto3's exceptions.
    """
    try:
        return call(**request)
    except (ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError):
        return call(**request)

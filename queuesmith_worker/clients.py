"""The clients of AWS that workers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

PATIENCE = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})
"""A service that does not answer costs a record some two seconds, and not the minutes for which botocore waits by itself."""
ONCE = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})
"""For what must not be done twice because the answer was slow."""


def make_sqs() -> SQSClient:
    """A client of SQS."""
    return boto3.client("sqs", config=ONCE)


def unless_closed(call: Callable[..., Any], **request: Any) -> Any:
    """Make a request, and once more where it was not taken: the connection was gone, as it is when Lambda has frozen the
    function for a while. Raises what boto3 raises.
    """
    try:
        return call(**request)
    except (ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError):
        return call(**request)

"""AWS clients with short timeouts. Importing this module loads boto3."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MIN_POOL = 10
"""Connections: botocore's default."""


def pool_size(concurrency: str) -> int:
    """Return the number of connections that a client keeps open: one for each message that is processed simultaneously."""
    return max(MIN_POOL, int(concurrency)) if concurrency.isdecimal() else MIN_POOL


SHORT_TIMEOUTS = Config(
    connect_timeout=1,
    read_timeout=1,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=pool_size(os.environ.get("WORKER_CONCURRENCY", "")),
)
"""Timeouts for the clients of a worker's function: `boto3.client("dynamodb", config=SHORT_TIMEOUTS)`.

If a service does not respond, a message waits about two seconds. With botocore's defaults it would wait for minutes. The
client keeps as many connections open as `function.message_concurrency` needs.
"""
NO_RETRIES = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})
"""For requests that must not be repeated only because the response is slow."""


class Sqs:
    """Sends requests to SQS with the given client. Default: a new client, created for the first request.

    Several threads can use it. `concurrency` is the number of messages that are processed simultaneously.
    """

    def __init__(self, client: SQSClient | None = None, concurrency: int = 1) -> None:
        self._client, self._lock = client, threading.Lock()
        self._config = NO_RETRIES.merge(Config(max_pool_connections=max(MIN_POOL, concurrency)))

    def call(self, operation: str, **request: Any) -> Any:
        """Call an operation, such as `send_message`, and return its response. Raises boto3's exceptions.

        The request is repeated once if SQS did not receive it because the connection was closed. Connections are closed while
        Lambda has the function frozen between invocations.
        """
        with self._lock:  # boto3 cannot create clients in several threads
            if self._client is None:
                self._client = boto3.client("sqs", config=self._config)
        call = getattr(self._client, operation)
        try:
            return call(**request)
        except (ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError):
            return call(**request)


S3_TIMEOUTS = SHORT_TIMEOUTS.merge(Config(read_timeout=5))
"""For large bodies: a read of a large object can pause for longer than a second."""


class S3:
    """Sends requests to S3 with the given client. Default: a new client, created for the first request.

    Several threads can use it.
    """

    def __init__(self, client: Any = None) -> None:
        self._client, self._lock = client, threading.Lock()

    def get(self, bucket: str, key: str) -> bytes:
        """Read an object. Raises boto3's exceptions."""
        return bytes(self.connected().get_object(Bucket=bucket, Key=key)["Body"].read())

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Write an object. Raises boto3's exceptions."""
        self.connected().put_object(Bucket=bucket, Key=key, Body=body)

    def delete(self, bucket: str, keys: list[str]) -> list[str]:
        """Delete up to 1,000 objects, and return the problems with single ones. Raises boto3's exceptions."""
        objects = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        response = self.connected().delete_objects(Bucket=bucket, Delete=objects)
        return [f"{error.get('Code')}: {error.get('Message')}" for error in response.get("Errors", ())]

    def connected(self) -> Any:
        """Return the client."""
        with self._lock:  # boto3 cannot create clients in several threads
            if self._client is None:
                self._client = boto3.client("s3", config=S3_TIMEOUTS)
        return self._client

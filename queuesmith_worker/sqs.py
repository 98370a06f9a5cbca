"""The worker's SQS client, created when a message first needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Sqs:
    """Sends requests with the given boto3 client, or with one that it creates. The first request loads boto3."""

    def __init__(self, client: SQSClient | None = None) -> None:
        self._client = client

    def send_message(self, **request: Any) -> Any:
        """Call SendMessage. Raises boto3's exceptions."""
        return self._call("send_message", request)

    def change_message_visibility(self, **request: Any) -> Any:
        """Call ChangeMessageVisibility. Raises boto3's exceptions."""
        return self._call("change_message_visibility", request)

    def _call(self, operation: str, request: dict[str, Any]) -> Any:
        from queuesmith_worker import clients

        if self._client is None:
            self._client = clients.make_sqs()
        return clients.retry_closed_connection(getattr(self._client, operation), **request)

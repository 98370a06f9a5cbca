"""Requests without a response, which SQS can still have carried out."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

SERVER_ERROR = 500
"""The lowest HTTP status of a server error. AWS can have carried out a request that ends with one."""


def may_have_succeeded(error: BotoCoreError | ClientError) -> bool:
    """Whether AWS can have carried out a request that ended with this error."""
    if not isinstance(error, ClientError):
        return True
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= SERVER_ERROR


class LostResponses:
    """Records whether boto3 repeated a request because its response was lost. Use it as a context manager around the call."""

    def __init__(self, client: Any, operation: str) -> None:
        """`operation` is botocore's name, such as `sqs.SendMessageBatch`."""
        self._events = getattr(getattr(client, "meta", None), "events", None)
        self._event = f"needs-retry.{operation}"
        self.happened = False

    def __enter__(self) -> None:
        if self._events is not None:
            self._events.register_first(self._event, self._note, unique_id=self._event)

    def __exit__(self, *_: object) -> None:
        if self._events is not None:
            self._events.unregister(self._event, self._note, unique_id=self._event)

    def _note(self, response: Any = None, caught_exception: BaseException | None = None, **_: Any) -> None:
        self.happened |= caught_exception is not None or (response is not None and response[0].status_code >= SERVER_ERROR)

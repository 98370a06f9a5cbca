"""Requests whose answers were lost: SQS may have carried them out all the same."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

SERVER_ERROR = 500
"""The lowest HTTP status with which AWS says that the fault is its own: it may have done what was asked all the same."""


def may_have_worked(error: BotoCoreError | ClientError) -> bool:
    """Whether a request that ended like this may have been carried out."""
    if not isinstance(error, ClientError):
        return True
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= SERVER_ERROR


class LostAnswers:
    """Whether the answer to a request was lost that boto3 then repeated by itself. A context manager around the call."""

    def __init__(self, client: Any, operation: str) -> None:
        """`operation` is as botocore calls it: `sqs.SendMessageBatch`."""
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

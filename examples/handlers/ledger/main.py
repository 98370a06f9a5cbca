"""Sends each entry to an HTTP service, with a token from Secrets Manager."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, Field

from queuesmith_worker import HandlerSettings, NonRetryable, RetryLater, Secret, Worker, note

NEVER = {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
"""HTTP statuses that a retry cannot change."""
REQUEST_TIMEOUT = 5
"""Seconds for one request. It must be well below the function's timeout."""


class Entry(BaseModel):
    """An entry for the ledger."""

    entry_id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    text: str


class LedgerSettings(HandlerSettings):
    """The function's environment variables."""

    ledger_url: str
    """LEDGER_URL: the URL of the service."""
    ledger_token: Secret
    """LEDGER_TOKEN: the ARN of the secret. Its value is read when it is used, cached for five minutes, and never logged."""


settings = LedgerSettings.from_environment()


def handle_entry(entry: Entry) -> None:
    """PUT the entry under its own id, so that a second delivery of the message changes nothing."""
    note(entry_id=entry.entry_id)
    request = urllib.request.Request(
        f"{settings.ledger_url}/entries/{urllib.parse.quote(entry.entry_id)}",
        data=entry.model_dump_json().encode(),
        headers={"Authorization": f"Bearer {settings.ledger_token.value}", "Content-Type": "application/json"},
        method="PUT",
    )
    try:
        urllib.request.urlopen(request, timeout=REQUEST_TIMEOUT).close()
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        if error.code in NEVER:
            raise NonRetryable(f"the ledger refuses it: HTTP {error.code} {error.reason}") from error
        if error.code == HTTPStatus.TOO_MANY_REQUESTS:
            raise RetryLater(int(error.headers.get("Retry-After", 60)), "the ledger limits the rate") from error
        raise  # the message returns to the queue, and is retried after the backoff


lambda_handler = Worker(Entry, handle_entry, settings)

"""Records what this project's code really sends to AWS, and the raw responses: botocore drops fields that it does not know."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import boto3
from botocore import handlers


@dataclass(frozen=True)
class Call:
    """One request and its response."""

    user: str
    """The command, or the part of the toolkit, that made it."""
    operation: Any
    """botocore's model of the operation."""
    request: dict[str, Any]
    status: int
    """The HTTP status."""
    body: bytes

    @property
    def name(self) -> str:
        """As in `sqs SendMessage`."""
        return f"{self.operation.service_model.service_name} {self.operation.name}"


@dataclass
class Recorder:
    """Records the calls that are made within `by`, in any thread."""

    calls: list[Call] = field(default_factory=list)
    _user: str | None = None
    _request: threading.local = field(default_factory=threading.local)

    @contextmanager
    def by(self, user: str) -> Iterator[None]:
        """Record the calls of this user."""
        self._user = user
        try:
            yield
        finally:
            self._user = None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Hook into every session of botocore that is created meanwhile."""
        hooks = [("before-parameter-build", self._on_request), ("before-parse", self._on_response)]
        with (
            mock.patch.object(handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, *hooks]),
            mock.patch.object(boto3, "DEFAULT_SESSION", None),
        ):
            yield

    def _on_request(self, params: dict[str, Any], **_: Any) -> None:
        self._request.last = params

    def _on_response(self, operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
        if self._user is None:
            return
        body = response_dict["body"]
        content = body if isinstance(body, bytes) else b""  # a stream: the content of an object, which has no fields
        self.calls.append(Call(self._user, operation_model, self._request.last, response_dict["status_code"], content))

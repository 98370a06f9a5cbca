"""Segments for X-Ray, where the function traces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from handlers.worker.outcomes import Outcome


class Trace:
    """A segment for each record, with how it ended. What was raised is not in it: its text may hold anything."""

    def __init__(self) -> None:
        from aws_lambda_powertools import Tracer  # the SDK under it takes long to load

        self._tracer = Tracer(patch_modules=["botocore"])

    def handler(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """The handler, traced."""
        traced: Callable[..., Any] = self._tracer.capture_lambda_handler(handler, capture_response=False, capture_error=False)
        return traced

    @contextmanager
    def record(self, message_id: str) -> Iterator[Callable[[Outcome], None]]:
        """The segment of one record; what it yields takes the outcome."""
        with self._tracer.provider.in_subsegment(name="## message") as segment:
            segment.put_annotation("message_id", message_id)
            yield lambda outcome: segment.put_annotation("outcome", outcome)

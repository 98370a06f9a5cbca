"""Segments for X-Ray, where the function traces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from handlers.worker.outcomes import Outcome


class Trace:
    """A segment for each record, with how it ended. Of what was raised in it, or by a call of AWS, X-Ray gets the type and
    the place, and not the text: that may hold anything.
    """

    def __init__(self) -> None:
        from aws_lambda_powertools import Tracer  # the SDK under it takes long to load

        self._tracer = Tracer(patch_modules=["botocore"])
        emitter: Any = self._tracer.provider.emitter  # type: ignore[attr-defined]
        send = emitter.send_entity
        emitter.send_entity = lambda entity: send(_without_texts(entity))

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


def _without_texts(entity: Any) -> Any:
    """A segment with all below it, as the SDK has made them, without the texts of exceptions."""
    waiting = [entity]
    while waiting:
        segment = waiting.pop()
        waiting.extend(segment.subsegments)
        for throwable in segment.cause.get("exceptions", ()) if isinstance(segment.cause, dict) else ():
            throwable.message = ""
    return entity

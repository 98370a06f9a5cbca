"""Segments for X-Ray, where the function traces."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from queuesmith_worker.error_text import reason_of
from queuesmith_worker.log import logger, say
from queuesmith_worker.outcomes import Outcome


class Trace:
    """A segment for each record, with how it ended. Of what was raised in it, or by a call of AWS, X-Ray gets the type and
    the place, and not the text: that may hold anything. What fails in tracing itself is logged, and changes no outcome.

    `tracer` is Powertools' Tracer for those who have one; otherwise it is made.
    """

    def __init__(self, tracer: Any = None) -> None:
        if tracer is None:
            from aws_lambda_powertools import Tracer  # the SDK under it takes long to load

            tracer = Tracer(patch_modules=["botocore"])
        self._tracer = tracer
        emitter = self._tracer.provider.emitter
        send = emitter.send_entity
        emitter.send_entity = lambda entity: send(_without_texts(entity))

    def handler(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """The handler, traced: called once, and it ends as it ends without, whatever becomes of the segment."""

        def traced(event: Any, context: Any) -> Any:
            call = _Call(handler)
            capture = self._tracer.capture_lambda_handler
            try:
                return capture(functools.wraps(handler)(call), capture_response=False, capture_error=False)(event, context)
            except Exception as error:
                if error is call.error:
                    raise
                _say_so(error)
            if call.error is not None:
                raise call.error
            return call.answer if call.begun else handler(event, context)

        return traced

    @contextmanager
    def record(self, message_id: str) -> Iterator[Callable[[Outcome], None]]:
        """The segment of one record; what it yields takes the outcome."""
        with _kept_apart(self._tracer.provider.in_subsegment, "## message") as annotate:
            annotate("message_id", message_id)
            yield lambda outcome: annotate("outcome", outcome)


class _Call:
    """One call of a handler, and how it ended."""

    def __init__(self, handler: Callable[..., Any]) -> None:
        self._handler = handler
        self.begun = False
        self.answer: Any = None
        self.error: BaseException | None = None

    def __call__(self, event: Any, context: Any) -> Any:
        self.begun = True
        try:
            self.answer = self._handler(event, context)
        except BaseException as error:
            self.error = error
            raise
        return self.answer


def _say_so(error: Exception) -> None:
    say(logger.error, "not traced", reason=reason_of(error))


@contextmanager
def _kept_apart(segment_of: Callable[..., Any], name: str) -> Iterator[Callable[[str, str], None]]:
    """A subsegment of which nothing that it raises gets out; what it yields annotates it."""
    entered = ExitStack()
    segment: Any = None
    try:
        segment = entered.enter_context(segment_of(name=name))
    except Exception as error:
        _say_so(error)

    def annotate(key: str, value: str) -> None:
        try:
            if segment is not None:
                segment.put_annotation(key, value)
        except Exception as error:
            _say_so(error)

    try:
        yield annotate
    finally:
        try:
            entered.close()
        except Exception as error:
            _say_so(error)


def _without_texts(entity: Any) -> Any:
    """A segment with all below it, as the SDK has made them, without the texts of exceptions."""
    waiting = [entity]
    while waiting:
        segment = waiting.pop()
        waiting.extend(segment.subsegments)
        for throwable in segment.cause.get("exceptions", ()) if isinstance(segment.cause, dict) else ():
            throwable.message = ""
    return entity

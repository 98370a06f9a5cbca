"""Segments for X-Ray, if tracing is on for the function."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from queuesmith_worker.log import log_safely, logger
from queuesmith_worker.outcomes import Outcome, describe_error


class Trace:
    """Sends a segment to X-Ray for each record, with its outcome.

    For exceptions, including those of AWS calls, X-Ray receives the type and the place but not the text, which can contain
    data. If tracing itself fails, this is logged and changes no outcome.

    Parameters
    ----------
    tracer
        Powertools' Tracer. Default: a new one.

    """

    def __init__(self, tracer: Any = None) -> None:
        if tracer is None:
            from aws_lambda_powertools import Tracer  # it loads the X-Ray SDK, which is slow

            tracer = Tracer(patch_modules=["botocore"])
        self._tracer = tracer
        emitter = self._tracer.provider.emitter
        send = emitter.send_entity
        emitter.send_entity = lambda entity: send(_without_exception_texts(entity))

    def handler(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """Return the handler with tracing. It is called exactly once, and tracing changes neither its result nor its error."""

        def traced(event: Any, context: Any) -> Any:
            call = _HandlerCall(handler)
            capture = self._tracer.capture_lambda_handler
            try:
                return capture(functools.wraps(handler)(call), capture_response=False, capture_error=False)(event, context)
            except Exception as error:
                if error is call.error:
                    raise
                _log_failure(error)
            if call.error is not None:
                raise call.error
            return call.result if call.has_started else handler(event, context)

        return traced

    def attachment(self) -> Callable[[], None]:
        """Return a function that another thread calls, so that the current segment is the parent of its segments."""
        current: Any = None
        with _failures_logged():
            current = self._tracer.provider.get_trace_entity()

        def attach() -> None:
            with _failures_logged():
                if current is not None:
                    self._tracer.provider.set_trace_entity(current)

        return attach

    @contextmanager
    def record(self, message_id: str) -> Iterator[Callable[[Outcome], None]]:
        """Open the segment of one record. Yields a function that sets the outcome."""
        entered = ExitStack()
        segment: Any = None
        with _failures_logged():
            segment = entered.enter_context(self._tracer.provider.in_subsegment(name="## message"))

        def annotate(key: str, value: str) -> None:
            with _failures_logged():
                if segment is not None:
                    segment.put_annotation(key, value)

        annotate("message_id", message_id)
        try:
            yield lambda outcome: annotate("outcome", outcome)
        finally:
            with _failures_logged():
                entered.close()


class _HandlerCall:
    """One call of a handler, with its result or exception."""

    def __init__(self, handler: Callable[..., Any]) -> None:
        self._handler = handler
        self.has_started = False
        self.result: Any = None
        self.error: BaseException | None = None

    def __call__(self, event: Any, context: Any) -> Any:
        self.has_started = True
        try:
            self.result = self._handler(event, context)
        except BaseException as error:
            self.error = error
            raise
        return self.result


@contextmanager
def _failures_logged() -> Iterator[None]:
    """Log failures of tracing instead of raising them."""
    try:
        yield
    except Exception as error:
        _log_failure(error)


def _log_failure(error: Exception) -> None:
    log_safely(logger.error, "trace not written", reason=describe_error(error))


def _without_exception_texts(entity: Any) -> Any:
    """Remove the texts of exceptions from one of the SDK's segments and from all of its subsegments."""
    waiting = [entity]
    while waiting:
        segment = waiting.pop()
        waiting.extend(segment.subsegments)
        for throwable in segment.cause.get("exceptions", ()) if isinstance(segment.cause, dict) else ():
            throwable.message = ""
    return entity

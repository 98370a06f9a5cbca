"""When a worker's alarms go off, derived from the worker's own numbers; None where only Terraform will know those."""

from __future__ import annotations

from collections.abc import Callable

from queuesmith.settings import WorkerSettings
from queuesmith.settings.field_types import is_token

NEAR_EXPIRY = 80
"""Percent of the time that a message has, after which somebody should know."""
LEAST_AGE = 300
"""Seconds below which no message is late."""
TRIES = 3
"""Visibility timeouts after which a message is late: two tries that failed, and the third."""
BACKLOG_MINUTES = 15
UNKNOWN_CONCURRENCY = 10
"""Invocations at once that a worker without any limit is taken to reach: what Lambda begins with, doubled."""
LONGEST_DRAIN = 3_600
"""Seconds."""


def threshold(key: str, settings: WorkerSettings) -> int | None:
    """The threshold of the alarm with this key: as set, or else derived. None if it is switched off or not known."""
    given: int | None = getattr(settings.alarms, key)
    if given is False:
        return None
    if key in _OF_PERCENT:
        return None if given is None or is_token(given) else _OF_PERCENT[key](settings, given)
    return _DERIVED[key](settings) if given is None else given


def dead_letter_expiry(settings: WorkerSettings) -> int | None:
    """80 % of the time that a message has left in the DLQ at the least.

    A standard queue's message keeps its age when it is moved, while the metric counts from the move; on FIFO both start anew
    (SQS developer guide, on the retention of DLQs).
    """
    queue, dlq = settings.queue.retention, settings.dead_letter_queue.retention
    if settings.existing_queue is not None or not _known(queue, dlq):
        return None
    left = dlq if settings.fifo else max(dlq - queue, 0)
    return left * NEAR_EXPIRY // 100 or None


def _retention(settings: WorkerSettings) -> int | None:
    existing = settings.existing_queue
    retention = settings.queue.retention if existing is None else existing.retention
    return retention if _known(retention) else None


def expiry(settings: WorkerSettings) -> int | None:
    """80 % of the time that SQS keeps a message."""
    retention = _retention(settings)
    return None if retention is None else retention * NEAR_EXPIRY // 100


def late(settings: WorkerSettings) -> int | None:
    """Three tries, and no sooner than five minutes; but before messages expire."""
    try:
        visibility = settings.visibility_timeout
    except ValueError:  # it cannot be derived from a token
        return None
    if not _known(visibility):
        return None
    backoff = settings.failures.backoff
    wait = visibility if backoff is None or not _known(backoff.cap) else max(visibility, backoff.cap)
    after = max(LEAST_AGE, TRIES * wait)
    end = expiry(settings)
    return after if end is None else max(min(after, end), 1)


def backlog(settings: WorkerSettings) -> int | None:
    """What a worker at its slowest, each batch taking the whole timeout, gets through in `BACKLOG_MINUTES`."""
    limit, size, timeout = concurrency_limit(settings), settings.source.batch_size, settings.function.timeout
    at_once = UNKNOWN_CONCURRENCY if limit is None else limit
    if not _known(at_once, size, timeout) or not timeout:
        return None
    return max(at_once * size * BACKLOG_MINUTES * 60 // timeout, 1)


def time_to_drain(settings: WorkerSettings) -> int:
    """An hour, and at most half the time that SQS keeps a message."""
    retention = _retention(settings)
    return LONGEST_DRAIN if retention is None else max(min(LONGEST_DRAIN, retention // 2), 1)


def duration(settings: WorkerSettings, percent: int) -> int | None:
    """Milliseconds: so many percent of the function timeout."""
    timeout = settings.function.timeout
    return timeout * 1_000 * percent // 100 if _known(timeout) else None


def concurrency(settings: WorkerSettings, percent: int) -> int | None:
    """So many percent of the limit, if there is one, and at least one invocation."""
    limit = concurrency_limit(settings)
    return None if limit is None or is_token(limit) else max(limit * percent // 100, 1)


def concurrency_limit(settings: WorkerSettings) -> int | None:
    """How many invocations this queue can have run at once, as far as the settings say it: what is reserved for the function,
    or what the mapping may cause, whichever is lower. One that only Terraform will know leaves the limit unknown.
    """
    limits = [settings.function.reserved_concurrency, settings.source.maximum_concurrency]
    return min((limit for limit in limits if limit is not None), default=None)  # a token is lower than any number


def _known(*values: int | None) -> bool:
    return not any(value is None or is_token(value) for value in values)


_DERIVED: dict[str, Callable[[WorkerSettings], int | None]] = {
    "dead_letter_expiry": dead_letter_expiry,
    "oldest_message_age": late,
    "expiry": expiry,
    "backlog": backlog,
    "time_to_drain": time_to_drain,
}
_OF_PERCENT: dict[str, Callable[[WorkerSettings, int], int | None]] = {"duration": duration, "concurrency": concurrency}
"""Thresholds that are set in percent of another number."""

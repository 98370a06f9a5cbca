"""Which alarms a worker has, and when they go off: derived from the worker's own numbers.

Where nothing was said and the numbers are such that only Terraform will know them, there is no such alarm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stacks.settings import WorkerSettings
from stacks.settings.field_types import is_token

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
NEVER = 86_400
"""Seconds that stand for "never" in the time to drain: nothing is deleted, and something waits."""


@dataclass(frozen=True)
class Watched:
    """A metric of the queue, the DLQ or the function, under an id for expressions."""

    metric: str
    """NAMESPACE:NAME."""
    of: str
    """`queue`, `dead_letter_queue` or `function`."""
    statistic: str = "Maximum"
    id: str = "m1"


@dataclass(frozen=True)
class AlarmSpec:
    """One alarm, which compares with ≥. Periods are in seconds."""

    key: str
    """Its key in the settings."""
    threshold: int
    description: str
    watched: tuple[Watched, ...]
    expression: str | None = None
    period: int = 60
    periods: int = 1
    datapoints: int | None = None
    """Of these periods how many; None: all."""
    pages: bool = False
    """Whether it wakes someone: messages are lost, or late."""

    @property
    def id(self) -> str:
        """Its construct id, the end of its name, and its section in the runbook."""
        return self.key.replace("_", "-")


DEPTH, AGE = "AWS/SQS:ApproximateNumberOfMessagesVisible", "AWS/SQS:ApproximateAgeOfOldestMessage"
DRAIN = f"IF(FILL(deleted, 0) > 0, waiting * 300 / deleted, IF(waiting > 0, {NEVER}, 0))"
ERROR_RATE = "IF(invocations > 0, 100 * errors / invocations, 0)"


def alarm_specs(settings: WorkerSettings) -> list[AlarmSpec]:
    """The worker's alarms that are switched on, in a fixed order."""
    return [*_of_dead_letters(settings), *_of_queue(settings), *_of_function(settings)]


def _chosen(given: int | None, derived: int | None) -> Iterator[int]:
    """The threshold: what was given, else what was derived; nothing where it is switched off or not known."""
    if given is not None and given is not False:
        yield given
    elif given is None and derived is not None:
        yield derived


def _known(*values: int | None) -> bool:
    return not any(value is None or is_token(value) for value in values)


def _of_dead_letters(settings: WorkerSettings) -> Iterator[AlarmSpec]:
    alarms, existing = settings.alarms, settings.existing_queue
    if existing is not None and existing.dead_letter_queue_arn is None:
        return
    for threshold in _chosen(alarms.dead_letter_depth, None):
        yield AlarmSpec(
            "dead_letter_depth",
            threshold,
            "Messages failed for good and wait in the dead-letter queue.",
            # Not NumberOfMessagesSent: that does not count what the redrive policy moves.
            (Watched(DEPTH, "dead_letter_queue"),),
            pages=True,
        )
    for threshold in _chosen(alarms.dead_letter_expiry, _dead_letter_expiry(settings)):
        yield AlarmSpec(
            "dead_letter_expiry",
            threshold,
            "Messages in the dead-letter queue are about to expire, and are then gone.",
            (Watched(AGE, "dead_letter_queue"),),
            period=300,
            pages=True,
        )


def _dead_letter_expiry(settings: WorkerSettings) -> int | None:
    """80 % of the time that a message has left in the DLQ at the least.

    A standard queue's message keeps its age when it is moved, while the metric counts from the move; on FIFO both start anew
    (SQS developer guide, on the retention of DLQs).
    """
    queue, dlq = settings.queue.retention, settings.dead_letter_queue.retention
    if settings.existing_queue is not None or not _known(queue, dlq):
        return None
    left = dlq if settings.fifo else max(dlq - queue, 0)
    return left * NEAR_EXPIRY // 100 or None


def _of_queue(settings: WorkerSettings) -> Iterator[AlarmSpec]:
    alarms, expiry = settings.alarms, _expiry(settings)
    for threshold in _chosen(alarms.oldest_message_age, _late(settings, expiry)):
        yield AlarmSpec(
            "oldest_message_age",
            threshold,
            "Messages wait longer than they should: the worker is too slow, held back or broken.",
            (Watched(AGE, "queue"),),
            pages=True,
        )
    for threshold in _chosen(alarms.expiry, expiry):
        yield AlarmSpec(
            "expiry",
            threshold,
            "Messages are about to expire unworked, and are then gone.",
            (Watched(AGE, "queue"),),
            period=300,
            pages=True,
        )
    for threshold in _chosen(alarms.backlog, _backlog(settings)):
        text = "More messages wait, and have for a quarter of an hour, than the worker gets through in that time."
        yield AlarmSpec("backlog", threshold, text, (Watched(DEPTH, "queue"),), period=300, periods=3)
    for threshold in _chosen(alarms.time_to_drain, _drain(settings)):
        yield AlarmSpec(
            "time_to_drain",
            threshold,
            "At the rate at which messages are worked off now, the queue is not empty in time.",
            (
                Watched(DEPTH, "queue", "Maximum", "waiting"),
                Watched("AWS/SQS:NumberOfMessagesDeleted", "queue", "Sum", "deleted"),
            ),
            expression=DRAIN,
            period=300,
            periods=3,
        )


def _retention(settings: WorkerSettings) -> int | None:
    existing = settings.existing_queue
    retention = settings.queue.retention if existing is None else existing.retention
    return retention if _known(retention) else None


def _expiry(settings: WorkerSettings) -> int | None:
    retention = _retention(settings)
    return None if retention is None else retention * NEAR_EXPIRY // 100


def _late(settings: WorkerSettings, expiry: int | None) -> int | None:
    """Three tries, and no sooner than five minutes; but before messages expire."""
    try:
        visibility = settings.visibility_timeout
    except ValueError:  # it cannot be derived from a token
        return None
    if not _known(visibility):
        return None
    backoff = settings.failures.backoff
    wait = visibility if backoff is None or not _known(backoff.cap) else max(visibility, backoff.cap)
    late = max(LEAST_AGE, TRIES * wait)
    return late if expiry is None else max(min(late, expiry), 1)


def _backlog(settings: WorkerSettings) -> int | None:
    """What a worker at its slowest, each batch taking the whole timeout, gets through in that many minutes."""
    source, function = settings.source, settings.function
    concurrency = source.maximum_concurrency or function.reserved_concurrency or UNKNOWN_CONCURRENCY
    if not _known(concurrency, source.batch_size, function.timeout) or not function.timeout:
        return None
    return max(concurrency * source.batch_size * BACKLOG_MINUTES * 60 // function.timeout, 1)


def _drain(settings: WorkerSettings) -> int:
    retention = _retention(settings)
    return LONGEST_DRAIN if retention is None else max(min(LONGEST_DRAIN, retention // 2), 1)


def _of_function(settings: WorkerSettings) -> Iterator[AlarmSpec]:
    alarms = settings.alarms
    for threshold in _chosen(alarms.errors, None):
        text = "Whole invocations fail: every message of their batches is tried again."
        yield AlarmSpec("errors", threshold, text, (Watched("AWS/Lambda:Errors", "function", "Sum"),), period=300)
    for threshold in _chosen(alarms.error_rate, None):
        yield AlarmSpec(
            "error_rate",
            threshold,
            "A large part of the invocations fails.",
            (
                Watched("AWS/Lambda:Errors", "function", "Sum", "errors"),
                Watched("AWS/Lambda:Invocations", "function", "Sum", "invocations"),
            ),
            expression=ERROR_RATE,
            period=300,
            periods=3,
            datapoints=2,
        )
    for threshold in _chosen(alarms.throttles, None):
        text = "Lambda is refused concurrency: messages spend receives without being worked."
        yield AlarmSpec("throttles", threshold, text, (Watched("AWS/Lambda:Throttles", "function", "Sum"),), period=300)
    for percent in _chosen(alarms.duration, None):
        if _known(settings.function.timeout, percent):
            threshold = settings.function.timeout * 1000 * percent // 100
            text = "Invocations come near the function's timeout; those that reach it fail with all their messages."
            watched = (Watched("AWS/Lambda:Duration", "function", "p99"),)
            yield AlarmSpec("duration", threshold, text, watched, period=300, periods=3, datapoints=2)
    limit = concurrency_limit(settings)
    for percent in _chosen(alarms.concurrency, None):
        if limit is not None and _known(limit, percent):
            threshold = max(limit * percent // 100, 1)
            text = "The function runs about as often at once as it may: what comes on top waits, or is throttled."
            watched = (Watched("AWS/Lambda:ConcurrentExecutions", "function"),)
            yield AlarmSpec("concurrency", threshold, text, watched, periods=10)


def concurrency_limit(settings: WorkerSettings) -> int | None:
    """How many invocations run at once at the most, as far as the settings say it."""
    reserved = settings.function.reserved_concurrency
    return reserved if reserved is not None else settings.source.maximum_concurrency

"""Derives the thresholds of a worker's alarms from its settings. None if these are known only after apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from queuesmith.rules.limits import IN_FLIGHT
from queuesmith.settings import WorkerSettings
from queuesmith.settings.field_types import is_token

NEAR_EXPIRY = 80
"""Percent of a message's retention period after which an alarm fires."""
MINIMUM_AGE = 300
"""Seconds. A younger message is never late."""
ATTEMPTS = 3
"""Visibility timeouts after which a message is late: the time of two failed attempts and a third one."""
BACKLOG_MINUTES = 15
UNKNOWN_CONCURRENCY = 10
"""Concurrent invocations that are assumed for a worker without a limit: twice Lambda's initial number."""
MAXIMUM_TIME_TO_DRAIN = 3_600
"""Seconds."""


@dataclass(frozen=True)
class WorkloadEffect:
    """What the workload in the settings leads to, by the capacity model with its worst constants."""

    age: float
    """The highest age of the oldest message in CloudWatch, in seconds."""
    backlog: float
    """The largest number of waiting messages."""
    time_to_drain: float
    """The longest time to drain at the current rate of deletions, in seconds."""
    maximum_rate: float
    """The largest rate that the worker can sustain, in messages a second."""


def threshold(key: str, settings: WorkerSettings, effect: WorkloadEffect | None = None) -> int | None:
    """Return the threshold of the alarm with this key, as set or derived. None if the alarm is disabled or it is not known.

    A derived threshold is never below what the workload leads to (`effect`), unless messages would be about to expire.
    """
    setting: int | None = getattr(settings.alarms, key)
    if setting is False:
        return None
    if key in _CONVERTED:
        return None if setting is None or is_token(setting) else _CONVERTED[key](settings, setting)
    if setting is not None:
        return setting
    derived = _DERIVED[key](settings)
    return derived if derived is None or effect is None else max(derived, _expected(key, settings, effect))


def _expected(key: str, settings: WorkerSettings, effect: WorkloadEffect) -> int:
    """Return the lowest threshold at which the workload does not cause this alarm. 0: the workload does not matter for it.

    It is rounded up, because the model is not exact to the second. It is at most what 80 % of the retention period allows.
    """
    near_expiry, half_of_retention = expiry(settings), _retention(settings)
    if near_expiry is None or half_of_retention is None:
        return 0
    most = int(effect.maximum_rate * near_expiry)
    expected = {
        "oldest_message_age": min(_next(effect.age, 60), near_expiry),
        "time_to_drain": min(_next(effect.time_to_drain, 60), half_of_retention // 2),
        "backlog": min(_next(effect.backlog, _unit(effect.backlog)), most // _unit(most) * _unit(most)),
    }
    return expected.get(key, 0)


def _unit(value: float) -> int:
    """Return the unit of the second digit of a number."""
    return int(10 ** max(len(str(int(value))) - 2, 0))


def _next(value: float, unit: int) -> int:
    """Return the next multiple of a unit above a value."""
    return (int(value) // unit + 1) * unit


def dead_letter_expiry(settings: WorkerSettings) -> int | None:
    """Return 80 % of the shortest time that a message has left when it arrives in the DLQ.

    On standard queues, a message keeps its age when it is moved, but the metric counts from the move. On FIFO queues, both
    restart (SQS developer guide, on the retention of DLQs).
    """
    queue, dlq = settings.queue.retention, settings.dead_letter_queue.retention
    if settings.existing_queue is not None or not _known(queue, dlq):
        return None
    remaining = dlq if settings.is_fifo else max(dlq - queue, 0)
    return remaining * NEAR_EXPIRY // 100 or None


def _retention(settings: WorkerSettings) -> int | None:
    existing = settings.existing_queue
    retention = settings.queue.retention if existing is None else existing.retention
    return retention if _known(retention) else None


def expiry(settings: WorkerSettings) -> int | None:
    """Return 80 % of the queue's retention period."""
    retention = _retention(settings)
    return None if retention is None else retention * NEAR_EXPIRY // 100


def oldest_message_age(settings: WorkerSettings) -> int | None:
    """Return the time of three attempts, but at least five minutes, and at most 80 % of the retention period."""
    try:
        visibility = settings.visibility_timeout
    except ValueError:  # it cannot be derived from a token
        return None
    if not _known(visibility):
        return None
    backoff = settings.failures.backoff
    wait = visibility if backoff is None or not _known(backoff.cap) else max(visibility, backoff.cap)
    age, maximum = max(MINIMUM_AGE, ATTEMPTS * wait), expiry(settings)
    return age if maximum is None else max(min(age, maximum), 1)


def backlog(settings: WorkerSettings) -> int | None:
    """Return the messages that a worker processes in `BACKLOG_MINUTES` if every batch takes the whole timeout."""
    limit, size, timeout = concurrency_limit(settings), settings.source.batch_size, settings.function.timeout
    concurrency = UNKNOWN_CONCURRENCY if limit is None else limit
    if not _known(concurrency, size, timeout) or not timeout:
        return None
    return max(concurrency * size * BACKLOG_MINUTES * 60 // timeout, 1)


def time_to_drain(settings: WorkerSettings) -> int:
    """Return one hour, but at most half of the retention period."""
    retention = _retention(settings)
    return MAXIMUM_TIME_TO_DRAIN if retention is None else max(min(MAXIMUM_TIME_TO_DRAIN, retention // 2), 1)


def duration(settings: WorkerSettings, percent: int) -> int | None:
    """Return a percentage of the function timeout, in milliseconds."""
    timeout = settings.function.timeout
    return timeout * 1_000 * percent // 100 if _known(timeout) else None


def queue_wait(_settings: WorkerSettings, seconds: int) -> int:
    """Return the seconds as milliseconds, which is the unit of the metric."""
    return seconds * 1_000


def memory(settings: WorkerSettings, percent: int) -> int | None:
    """Return a percentage of the function's memory, in MB."""
    size = settings.function.memory
    return size * percent // 100 if _known(size) else None


def in_flight(_settings: WorkerSettings, percent: int) -> int:
    """Return a percentage of the messages that can be in flight in a queue."""
    return IN_FLIGHT * percent // 100


def no_messages(_settings: WorkerSettings, _seconds: int) -> int:
    """Return one message. The seconds are the alarm's periods."""
    return 1


def noisy_groups(settings: WorkerSettings) -> int | None:
    """Return one noisy group. None: the queue is not a fair queue."""
    return 1 if settings.is_fair else None


def concurrency(settings: WorkerSettings, percent: int) -> int | None:
    """Return a percentage of the concurrency limit, but at least one invocation. None if there is no limit."""
    limit = concurrency_limit(settings)
    return None if limit is None or is_token(limit) else max(limit * percent // 100, 1)


def concurrency_limit(settings: WorkerSettings) -> int | None:
    """Return the largest number of concurrent invocations for this queue, or None if there is no limit.

    It is the lower of the function's reserved concurrency and the mapping's maximum concurrency, or a token if one is a token.
    """
    limits = [settings.function.reserved_concurrency, settings.source.maximum_concurrency]
    return min((limit for limit in limits if limit is not None), default=None)  # a token is lower than any number


def _known(*values: int | None) -> bool:
    return not any(value is None or is_token(value) for value in values)


_DERIVED: dict[str, Callable[[WorkerSettings], int | None]] = {
    "dead_letter_expiry": dead_letter_expiry,
    "oldest_message_age": oldest_message_age,
    "expiry": expiry,
    "backlog": backlog,
    "time_to_drain": time_to_drain,
    "noisy_groups": noisy_groups,
    "failed_messages": lambda _: None,
}
_CONVERTED: dict[str, Callable[[WorkerSettings, int], int | None]] = {
    "duration": duration,
    "concurrency": concurrency,
    "queue_wait": queue_wait,
    "memory": memory,
    "in_flight": in_flight,
    "no_messages": no_messages,
}
"""The thresholds that are set in another unit than that of the metric."""

"""Which alarms a worker has. Where nothing was said and its own numbers are not known yet, there is no such alarm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived import alarm_thresholds as thresholds

NEVER = 86_400
"""Seconds that stand for "never" in the time to drain: nothing is deleted, and something waits."""


@dataclass(frozen=True)
class Watched:
    """A metric of the queue, the DLQ or the function, under an id for expressions."""

    name: str
    of: str
    """`queue`, `dead_letter_queue` or `function`."""
    statistic: str = "Maximum"
    id: str = "m1"

    @property
    def namespace(self) -> str:
        """Where CloudWatch has it."""
        return "AWS/Lambda" if self.of == "function" else "AWS/SQS"


@dataclass(frozen=True)
class AlarmSpec:
    """One alarm, which compares with ≥. Periods are in seconds."""

    key: str
    """Its key in the settings."""
    threshold: int
    description: str
    watched: tuple[Watched, ...]
    expression: str | None = None
    period: int = 300
    periods: int = 1
    datapoints: int | None = None
    """Of these periods how many; None: all."""
    pages: bool = False
    """Whether it wakes someone: messages are lost, or late."""

    @property
    def id(self) -> str:
        """Its construct id, the end of its name, and its section in the runbook."""
        return self.key.replace("_", "-")


DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
DRAIN = f"IF(FILL(deleted, 0) > 0, waiting * 300 / deleted, IF(waiting > 0, {NEVER}, 0))"
ERROR_RATE = "IF(invocations > 0, 100 * errors / invocations, 0)"


def alarm_specs(settings: WorkerSettings) -> list[AlarmSpec]:
    """The worker's alarms that are switched on, in a fixed order."""
    every = (*_dead_letter_alarms(settings), *_queue_alarms(settings), *_function_alarms(settings))
    return [spec for spec in every if spec is not None]


def _alarm(key: str, threshold: int | None, description: str, *watched: Watched, **options: Any) -> AlarmSpec | None:
    """The alarm; None where it has no threshold."""
    return None if threshold is None else AlarmSpec(key, threshold, description, watched, **options)


def _chosen(given: int | None, derived: int | None = None) -> int | None:
    """What was given, else what was derived; None where the alarm is switched off, or the number not known."""
    if given is False:
        return None
    return derived if given is None else given


def _dead_letter_alarms(settings: WorkerSettings) -> tuple[AlarmSpec | None, ...]:
    alarms, existing = settings.alarms, settings.existing_queue
    if existing is not None and existing.dead_letter_queue_arn is None:
        return ()
    return (
        _alarm(
            "dead_letter_depth",
            _chosen(alarms.dead_letter_depth),
            "Messages failed for good and wait in the dead-letter queue.",
            # Not NumberOfMessagesSent: that does not count what the redrive policy moves.
            Watched(DEPTH, "dead_letter_queue"),
            period=60,
            pages=True,
        ),
        _alarm(
            "dead_letter_expiry",
            _chosen(alarms.dead_letter_expiry, thresholds.dead_letter_expiry(settings)),
            "Messages in the dead-letter queue are about to expire, and are then gone.",
            Watched(AGE, "dead_letter_queue"),
            pages=True,
        ),
    )


def _queue_alarms(settings: WorkerSettings) -> tuple[AlarmSpec | None, ...]:
    alarms = settings.alarms
    return (
        _alarm(
            "oldest_message_age",
            _chosen(alarms.oldest_message_age, thresholds.late(settings)),
            "Messages wait longer than they should: the worker is too slow, held back or broken.",
            Watched(AGE, "queue"),
            period=60,
            pages=True,
        ),
        _alarm(
            "expiry",
            _chosen(alarms.expiry, thresholds.expiry(settings)),
            "Messages are about to expire unprocessed, and are then gone.",
            Watched(AGE, "queue"),
            pages=True,
        ),
        _alarm(
            "backlog",
            _chosen(alarms.backlog, thresholds.backlog(settings)),
            f"For {thresholds.BACKLOG_MINUTES} minutes more messages have waited than the worker can process in that time.",
            Watched(DEPTH, "queue"),
            periods=3,
        ),
        _alarm(
            "time_to_drain",
            _chosen(alarms.time_to_drain, thresholds.time_to_drain(settings)),
            "At the current rate the queue will not drain in time.",
            Watched(DEPTH, "queue", "Maximum", "waiting"),
            Watched("NumberOfMessagesDeleted", "queue", "Sum", "deleted"),
            expression=DRAIN,
            periods=3,
        ),
    )


def _function_alarms(settings: WorkerSettings) -> tuple[AlarmSpec | None, ...]:
    alarms = settings.alarms
    return (
        _alarm(
            "errors",
            _chosen(alarms.errors),
            "Whole invocations fail: every message of their batches is tried again.",
            Watched("Errors", "function", "Sum"),
        ),
        _alarm(
            "error_rate",
            _chosen(alarms.error_rate),
            "A large part of the invocations fails.",
            Watched("Errors", "function", "Sum", "errors"),
            Watched("Invocations", "function", "Sum", "invocations"),
            expression=ERROR_RATE,
            periods=3,
            datapoints=2,
        ),
        _alarm(
            "throttles",
            _chosen(alarms.throttles),
            "Lambda throttles the function: messages use up receives without being processed.",
            Watched("Throttles", "function", "Sum"),
        ),
        _alarm(
            "duration",
            thresholds.duration(settings, _chosen(alarms.duration)),
            "Invocations come near the function's timeout; those that reach it fail with all their messages.",
            Watched("Duration", "function", "p99"),
            periods=3,
            datapoints=2,
        ),
        _alarm(
            "concurrency",
            thresholds.concurrency(settings, _chosen(alarms.concurrency)),
            "The function is close to its concurrency limit; further messages wait or are throttled.",
            Watched("ConcurrentExecutions", "function"),
            period=60,
            periods=10,
        ),
    )

"""The alarms of a worker. An alarm without a threshold in the settings is omitted if it would be derived from tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace

from queuesmith.settings import WorkerSettings
from queuesmith.settings.derived.alarm_thresholds import BACKLOG_MINUTES, threshold

NEVER = 86_400
"""Seconds that stand for "never" in the time to drain: messages wait, and none is deleted."""


QUEUE_WAIT = "QueueWait"
"""A metric of `queuesmith_worker`."""


@dataclass(frozen=True)
class AlarmMetric:
    """A metric of the queue, the DLQ or the function, under an id for expressions."""

    name: str
    resource: str
    """`queue`, `dead_letter_queue`, `function`, or `handler` for the metrics of `queuesmith_worker`."""
    statistic: str = "Maximum"
    id: str = "m1"

    def namespace(self, settings: WorkerSettings) -> str:
        """Return the metric's namespace in CloudWatch."""
        return {"function": "AWS/Lambda", "handler": settings.metrics_namespace}.get(self.resource, "AWS/SQS")


@dataclass(frozen=True)
class AlarmSpec:
    """One alarm. It compares with ≥. Periods are in seconds."""

    key: str
    """Its key in the settings."""
    description: str
    metrics: tuple[AlarmMetric, ...]
    threshold: int = 0
    """The worker's threshold. `alarm_specs` sets it."""
    expression: str | None = None
    period: int = 300
    periods: int = 1
    datapoints: int | None = None
    """The number of periods that must breach the threshold. None: all."""
    pages: bool = False
    """Whether the paging alarm includes it: messages are lost, or late."""

    @property
    def id(self) -> str:
        """Return its construct id, which is also the end of its name and its section in the runbook."""
        return self.key.replace("_", "-")


DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
DRAIN = f"IF(FILL(deleted, 0) > 0, waiting * 300 / deleted, IF(waiting > 0, {NEVER}, 0))"
ERROR_RATE = "IF(invocations > 0, 100 * errors / invocations, 0)"


ALARMS = (
    AlarmSpec(
        "dead_letter_depth",
        "Messages failed permanently and are in the dead-letter queue.",
        # Not NumberOfMessagesSent, which does not count messages that the redrive policy moves.
        (AlarmMetric(DEPTH, "dead_letter_queue"),),
        period=60,
        pages=True,
    ),
    AlarmSpec(
        "dead_letter_expiry",
        "Messages in the dead-letter queue are about to expire. SQS then deletes them.",
        (AlarmMetric(AGE, "dead_letter_queue"),),
        pages=True,
    ),
    AlarmSpec(
        "oldest_message_age",
        "Messages wait too long: the worker is too slow, throttled or failing.",
        (AlarmMetric(AGE, "queue"),),
        period=60,
        pages=True,
    ),
    AlarmSpec(
        "queue_wait",
        "Messages wait too long before they are first processed.",
        (AlarmMetric(QUEUE_WAIT, "handler", "p99"),),
        periods=3,
        datapoints=2,
    ),
    AlarmSpec(
        "expiry",
        "Messages in the queue are about to expire. SQS then deletes them unprocessed.",
        (AlarmMetric(AGE, "queue"),),
        pages=True,
    ),
    AlarmSpec(
        "backlog",
        f"More messages are waiting than the worker can process in {BACKLOG_MINUTES} minutes.",
        (AlarmMetric(DEPTH, "queue"),),
        periods=3,
    ),
    AlarmSpec(
        "time_to_drain",
        "At the current rate, the queue does not drain in time.",
        (AlarmMetric(DEPTH, "queue", "Maximum", "waiting"), AlarmMetric("NumberOfMessagesDeleted", "queue", "Sum", "deleted")),
        expression=DRAIN,
        periods=3,
    ),
    AlarmSpec(
        "errors",
        "Whole invocations fail, and all messages of their batches are retried.",
        (AlarmMetric("Errors", "function", "Sum"),),
    ),
    AlarmSpec(
        "error_rate",
        "A high percentage of the invocations fails.",
        (AlarmMetric("Errors", "function", "Sum", "errors"), AlarmMetric("Invocations", "function", "Sum", "invocations")),
        expression=ERROR_RATE,
        periods=3,
        datapoints=2,
    ),
    AlarmSpec(
        "throttles",
        "Lambda throttles the function: messages use up receive attempts without being processed.",
        (AlarmMetric("Throttles", "function", "Sum"),),
    ),
    AlarmSpec(
        "duration",
        "Invocations take almost as long as the function's timeout. If they reach it, all their messages fail.",
        (AlarmMetric("Duration", "function", "p99"),),
        periods=3,
        datapoints=2,
    ),
    AlarmSpec(
        "concurrency",
        "The function is close to its concurrency limit. Above it, messages wait or invocations are throttled.",
        (AlarmMetric("ConcurrentExecutions", "function"),),
        period=60,
        periods=10,
    ),
)
"""Every alarm, in a fixed order."""


def alarm_specs(settings: WorkerSettings) -> list[AlarmSpec]:
    """Return the worker's enabled alarms with their thresholds."""
    existing = settings.existing_queue
    unmonitored = "dead_letter_queue" if existing is not None and existing.dead_letter_queue_arn is None else ""
    thresholds = {spec: threshold(spec.key, settings) for spec in ALARMS if spec.metrics[0].resource != unmonitored}
    return [replace(spec, threshold=value) for spec, value in thresholds.items() if value is not None]

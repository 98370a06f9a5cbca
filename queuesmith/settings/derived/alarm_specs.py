"""The alarms of a worker. An alarm without a threshold in the settings is omitted if it would be derived from tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace

from queuesmith.settings import AlarmSettings, WorkerSettings
from queuesmith.settings.derived.alarm_thresholds import BACKLOG_MINUTES, WorkloadEffect, threshold
from queuesmith.settings.expected_times import SHORT_PERIOD, alarm_periods, expected_condition

NEVER = 86_400
"""Seconds that stand for "never" in the time to drain: messages wait, and none is deleted."""


QUEUE_WAIT = "QueueWait"
"""A metric of `queuesmith_worker`."""
MEMORY_USED = "MaxMemoryUsed"
"""A metric in MB that a metric filter of the log group publishes."""
FAILED_MESSAGES = "FailedInvokeEventCount"
"""A metric of the event source mapping."""


@dataclass(frozen=True)
class AlarmMetric:
    """A metric of the queue, the DLQ or the function, under an id for expressions."""

    name: str
    resource: str
    """`queue`, `dead_letter_queue`, `function`, `mapping`, `handler` for the metrics of `queuesmith_worker`, or `log`."""
    statistic: str = "Maximum"
    id: str = "m1"

    def namespace(self, settings: WorkerSettings) -> str:
        """Return the metric's namespace in CloudWatch."""
        namespaces = {
            "function": "AWS/Lambda",
            "mapping": "AWS/Lambda",
            "handler": settings.metrics_namespace,
            "log": log_namespace(settings),
        }
        return namespaces.get(self.resource, "AWS/SQS")


def log_namespace(settings: WorkerSettings) -> str:
    """Return the namespace of the metrics from the function's log. They have no dimension, so each worker has its own."""
    return f"{settings.metrics_namespace}/{settings.name}"


@dataclass(frozen=True)
class AlarmSpec:
    """One alarm. Periods are in seconds."""

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
    comparison: str = "GreaterThanOrEqualToThreshold"
    missing_data: str = "notBreaching"
    """How it treats periods without data. An idle queue and a function without invocations have no metrics."""
    pages: bool = False
    """Whether the paging alarm includes it: messages are lost, or late."""

    @property
    def id(self) -> str:
        """Return its construct id, which is also the end of its name and its section in the runbook."""
        return self.key.replace("_", "-")


DEPTH, AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
IN_FLIGHT, SENT = "ApproximateNumberOfMessagesNotVisible", "NumberOfMessagesSent"
NOISY_GROUPS = "ApproximateNumberOfNoisyGroups"
QUIET = "InQuietGroups"
"""The end of the metrics of a fair queue's quiet message groups (SQS developer guide, available CloudWatch metrics)."""
DRAIN = f"IF(FILL(deleted, 0) > 0, waiting * 300 / deleted, IF(waiting > 0, {NEVER}, 0))"
ERROR_RATE = "IF(invocations > 0, 100 * errors / invocations, 0)"


FOLLOWS_WORKLOAD = " The threshold is above what the workload in the settings leads to."
"""The end of the description of an alarm whose threshold would be lower without a workload."""

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
        "in_flight",
        "The queue is close to its limit of messages in flight. At the limit, SQS returns no more messages.",
        (AlarmMetric(IN_FLIGHT, "queue"),),
        period=60,
        periods=5,
    ),
    AlarmSpec(
        "noisy_groups",
        "Noisy message groups (tenants) use more than their share of the worker.",
        (AlarmMetric(NOISY_GROUPS, "queue"),),
        periods=3,
    ),
    AlarmSpec(
        "no_messages",
        "No message has arrived for too long: a producer may have stopped.",
        (AlarmMetric(SENT, "queue", "Sum", "sent"),),
        # SQS publishes no metrics for a queue that was inactive for hours, for example because its worker is paused.
        missing_data="breaching",
        comparison="LessThanThreshold",
        period=SHORT_PERIOD,
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
        "failed_messages",
        "The processing of messages fails.",
        (AlarmMetric(FAILED_MESSAGES, "mapping", "Sum"),),
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
        "memory",
        "Invocations use almost all of the function's memory. If they need more, all their messages fail.",
        (AlarmMetric(MEMORY_USED, "log"),),
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


def alarm_specs(settings: WorkerSettings, effect: WorkloadEffect | None = None) -> list[AlarmSpec]:
    """Return the worker's enabled alarms with their thresholds. `effect`: what the workload in the settings leads to."""
    existing = settings.existing_queue
    unmonitored = "dead_letter_queue" if existing is not None and existing.dead_letter_queue_arn is None else ""
    found = []
    for spec in ALARMS:
        value = None if spec.metrics[0].resource == unmonitored else threshold(spec.key, settings, effect)
        if value is None:
            continue
        follows = effect is not None and value != threshold(spec.key, settings)
        description = f"{spec.description}{FOLLOWS_WORKLOAD if follows else ''}"
        found.append(_adapted(replace(spec, threshold=value, description=description), settings))
    return found


def _adapted(spec: AlarmSpec, settings: WorkerSettings) -> AlarmSpec:
    if spec.key == "no_messages":
        return _at_expected_times(spec, settings.alarms)
    if settings.is_fair and spec.key in ("oldest_message_age", "backlog"):
        return _on_quiet_groups(spec)
    return spec


def _on_quiet_groups(spec: AlarmSpec) -> AlarmSpec:
    """Return the alarm for quiet message groups only, so that one noisy group does not cause it for the others.

    The other alarms count all groups: messages about to expire are lost, and the time to drain does not page.
    """
    (metric,) = spec.metrics
    description = f"{spec.description} Noisy message groups do not count."
    return replace(spec, metrics=(replace(metric, name=f"{metric.name}{QUIET}"),), description=description)


def _at_expected_times(spec: AlarmSpec, alarms: AlarmSettings) -> AlarmSpec:
    """Return the alarm for missing messages with the worker's times. An unexpected time counts as one with a message."""
    periods = alarm_periods(alarms.no_messages or 0)
    if periods is None:  # AlarmSettings refuses such times
        raise ValueError(f"alarms.no_messages is {alarms.no_messages}")
    (sent,) = spec.metrics
    condition = expected_condition(sent.id, alarms.expected_hours, alarms.expected_days)
    expression = None if condition is None else f"IF({condition}, FILL({sent.id}, 0), 1)"
    return replace(spec, expression=expression, period=periods[0], periods=periods[1])

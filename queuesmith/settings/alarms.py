"""The settings of a worker's alarms. Each alarm compares with ≥, and `false` disables it."""

from __future__ import annotations

from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import MessagesThreshold, PercentThreshold, SecondsThreshold, Threshold


class AlarmSettings(Settings):
    """The thresholds of the worker's alarms. `false` disables an alarm. A threshold without a default is derived from the
    worker's other settings. Limits: QL301–QL306.
    """

    dead_letter_depth: MessagesThreshold = 1
    """Messages in the DLQ."""
    dead_letter_expiry: SecondsThreshold | None = None
    """How long the oldest message has been in the DLQ, in seconds. Default: 80 % of the DLQ's retention
    period minus the queue's; on FIFO queues, 80 % of the DLQ's."""
    oldest_message_age: SecondsThreshold | None = None
    """How long the oldest message has waited, in seconds. Default: three times the visibility timeout or the backoff cap,
    whichever is longer, but at least 300 seconds and at most 80 % of the retention period."""
    queue_wait: SecondsThreshold | None = None
    """How long messages wait in the queue before they are first processed (p99), in seconds. The metric comes from handlers
    that are built on `queuesmith_worker`. A threshold also adds the metric to the dashboard. Default: no such alarm."""
    expiry: SecondsThreshold | None = None
    """Age of the oldest message at which it counts as about to expire, in seconds. Default: 80 % of the queue's retention
    period."""
    backlog: MessagesThreshold | None = None
    """Waiting messages. Default: the number that the worker can process in 15 minutes if every batch takes the whole
    timeout."""
    time_to_drain: SecondsThreshold | None = None
    """How long the queue needs to become empty at the current rate of deletions, in seconds. Default: one hour, but at most
    half of the retention period."""
    errors: Threshold = 1
    """Failed invocations in five minutes."""
    error_rate: PercentThreshold = 10
    """Failed invocations in five minutes, in percent."""
    throttles: Threshold = 1
    """Throttled invocations in five minutes."""
    duration: PercentThreshold = 80
    """The 99th percentile of the duration (p99), in percent of the function timeout."""
    concurrency: PercentThreshold = 90
    """Concurrent invocations, in percent of the reserved or the maximum concurrency, whichever is lower. If neither is set,
    there is no such alarm."""

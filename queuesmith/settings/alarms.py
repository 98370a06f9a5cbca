"""The settings of a worker's alarms. Each alarm compares with ≥, and `false` disables it."""

from __future__ import annotations

from queuesmith.settings.base import Settings
from queuesmith.settings.field_types import MessagesThreshold, PercentThreshold, SecondsThreshold, Threshold


class AlarmSettings(Settings):
    """Thresholds. What is left out is derived from the worker's own numbers. Limits: QL301–QL306."""

    dead_letter_depth: MessagesThreshold = 1
    """Messages in the DLQ."""
    dead_letter_expiry: SecondsThreshold | None = None
    """Seconds that the oldest message has been in the DLQ. Left out: 80 % of what it has left there at the least."""
    oldest_message_age: SecondsThreshold | None = None
    """Seconds that the oldest message has waited. Left out: three times the longer of visibility
    timeout and backoff cap, at least 300, and at most 80 % of the retention."""
    expiry: SecondsThreshold | None = None
    """Seconds that the oldest message has waited when it is about to expire. Left out: 80 % of the queue's retention."""
    backlog: MessagesThreshold | None = None
    """Messages that wait. Left out: what the worker gets through in 15 minutes at its slowest."""
    time_to_drain: SecondsThreshold | None = None
    """Seconds until the queue is empty, at the rate at which messages are deleted now. Left out: an hour, and at most half the
    retention."""
    errors: Threshold = 1
    """Failed invocations in five minutes."""
    error_rate: PercentThreshold = 10
    """Percent of the invocations of five minutes that failed."""
    throttles: Threshold = 1
    """Throttled invocations in five minutes."""
    duration: PercentThreshold = 80
    """Percent of the function timeout that the slowest hundredth of the invocations takes (p99)."""
    concurrency: PercentThreshold = 90
    """Percent of the reserved or the maximum concurrency, whichever is lower. Without either there is no such alarm."""

"""The alarms as the rules' model."""

from __future__ import annotations

from queuesmith.rules import Alarm, Metric
from stacks.model.words import DLQ, QUEUE


def alarms_of(*, sent: bool) -> tuple[Alarm, ...]:
    """The worker's alarms."""
    watched = (
        ("alarms.dead_letter_depth", "ApproximateNumberOfMessagesVisible", DLQ, 60),
        ("alarms.oldest_message_age", "ApproximateAgeOfOldestMessage", QUEUE, 60),
        ("alarms.errors", "Errors", "function", 300),
        ("alarms.throttles", "Throttles", "function", 300),
    )
    return tuple(
        Alarm(
            address=key,
            metrics=(Metric(metric, of),),
            period=period,
            evaluation_periods=1,
            comparison="GreaterThanOrEqualToThreshold",
            has_action=sent,
        )
        for key, metric, of, period in watched
    )

"""The alarms of the workers in `config/alarms.toml`, and the conditions to which the test drives them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """An alarm, the two conditions, and where its metric comes from."""

    alarm: str
    at: str
    """The condition at its threshold."""
    below: str
    """The condition just below: its negative control."""
    source: str


REAL, PUT = "real messages", "`PutMetricData`"
QUIET = "`PutMetricData`, while the metric of all groups is far above it"
CASES = (
    Case("orders-dead-letter-depth", "3 messages in the DLQ", "2", REAL),
    Case("orders-dead-letter-expiry", "a message is in the DLQ for 8 days", "1 s less", PUT),
    Case("orders-oldest-message-age", "a message waits 540 s", "539 s", PUT),
    Case(
        "orders-queue-wait",
        "2 of 100 messages wait 60 s (p99)",
        "1 of 100 waits 90 s",
        f"{PUT} of the metric in the toolkit's log line",
    ),
    Case("orders-expiry", "a message is 276,480 s old", "276,479 s", PUT),
    Case("orders-backlog", "20 messages wait", "19", REAL),
    Case("orders-time-to-drain", "20 messages wait, and 4 were deleted in 5 minutes", "19 and 4", REAL),
    Case("orders-in-flight", "1,200 messages in flight", "1,199", REAL),
    Case("orders-no-messages", "no message for 15 minutes", "14 minutes", REAL),
    Case("orders-errors", "10 errors", "9", PUT),
    Case("orders-error-rate", "10 errors in 100 invocations", "9 in 100", PUT),
    Case("orders-failed-messages", "5 failed messages", "4", PUT),
    Case("orders-throttles", "5 throttled invocations", "4", PUT),
    Case("orders-duration", "2 of 100 invocations take 24 s (p99)", "1 of 100 takes 30 s", PUT),
    Case(
        "orders-memory",
        "409 MB used",
        "408 MB",
        f"{PUT} of the value that the metric filter reads from a `platform.report` line",
    ),
    Case("orders-concurrency", "9 concurrent invocations", "8", PUT),
    Case(
        "orders-page", "one of its four alarms is in ALARM", "all alarms that do not page are in ALARM", "the states of alarms"
    ),
    Case("tenants-noisy-groups", "2 noisy groups", "1", PUT),
    Case("tenants-backlog", "20 messages of quiet groups wait", "19", QUIET),
    Case("tenants-oldest-message-age", "a message of a quiet group waits 540 s", "539 s", QUIET),
    Case("tenants-no-messages", "no message for 15 minutes after 06:00", "none from 04:15 to 06:00", REAL),
    Case("tenants-page", "a quiet group's message is late", "all alarms that do not page are in ALARM", "the states of alarms"),
)
PAGING = {"dead-letter-depth", "dead-letter-expiry", "oldest-message-age", "expiry"}
"""The alarms that page."""

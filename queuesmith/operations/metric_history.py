"""Reads from CloudWatch how a worker's queue and DLQ developed over the last three hours.

from queuesmith.operations import read_history

history = read_history(boto3.client("cloudwatch"), datetime.now(UTC), queue="prod-orders", dead_letter_queue="prod-orders-dlq")
print(history.backlog[-1])
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from queuesmith.readers.deployed.current_state import AGE

WINDOW = timedelta(hours=3)
"""The time that is read."""
PERIOD = 60
"""Seconds: the period of one data point. SQS publishes its metrics each minute."""
Point = tuple[datetime, float]
"""The beginning of a period, and the value in it."""


@dataclass(frozen=True)
class MetricHistory:
    """Values of the last three hours, oldest first. A metric without values is empty."""

    backlog: list[Point] = field(default_factory=list)
    """Messages waiting in the queue."""
    oldest_message_age: list[Point] = field(default_factory=list)
    """Age of the queue's oldest message in seconds."""
    in_flight: list[Point] = field(default_factory=list)
    """Messages that were received, but are neither deleted nor visible again."""
    sent: list[Point] = field(default_factory=list)
    """Messages that were sent to the queue, for each minute."""
    deleted: list[Point] = field(default_factory=list)
    """Messages that were deleted from the queue, for each minute."""
    in_dlq: list[Point] = field(default_factory=list)
    """Messages waiting in the DLQ."""


def read_history(cloudwatch: Any, now: datetime, *, queue: str, dead_letter_queue: str | None) -> MetricHistory:
    """Read the metrics of the named queues for the last three hours. boto3's exceptions propagate.

    Parameters
    ----------
    cloudwatch
        The boto3 client.
    now
        The end of the time range.
    queue
        The name of the queue.
    dead_letter_queue
        The name of its DLQ; None: it has none.

    """
    wanted = {
        "backlog": ("ApproximateNumberOfMessagesVisible", "Maximum", queue),
        "oldest_message_age": (AGE, "Maximum", queue),
        "in_flight": ("ApproximateNumberOfMessagesNotVisible", "Maximum", queue),
        "sent": ("NumberOfMessagesSent", "Sum", queue),
        "deleted": ("NumberOfMessagesDeleted", "Sum", queue),
        "in_dlq": ("ApproximateNumberOfMessagesVisible", "Maximum", dead_letter_queue),
    }
    queries = [_query(key, metric, statistic, name) for key, (metric, statistic, name) in wanted.items() if name is not None]
    points: dict[str, list[Point]] = {}
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=now - WINDOW, EndTime=now, ScanBy="TimestampAscending"
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            points.setdefault(result["Id"], []).extend(zip(result["Timestamps"], result["Values"], strict=True))
    return MetricHistory(**points)


def _query(key: str, metric: str, statistic: str, name: str) -> dict[str, Any]:
    of = {"Namespace": "AWS/SQS", "MetricName": metric, "Dimensions": [{"Name": "QueueName", "Value": name}]}
    return {"Id": key, "MetricStat": {"Metric": of, "Period": PERIOD, "Stat": statistic}}

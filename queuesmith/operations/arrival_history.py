"""Reads from CloudWatch how many messages were sent to a queue.

from queuesmith.operations import read_arrivals

arrivals = read_arrivals(boto3.client("cloudwatch"), "prod-orders", since=two_weeks_ago, until=datetime.now(UTC))
print(sum(arrivals.messages))
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

MINUTES_FOR = timedelta(days=15)
"""How long CloudWatch retains values for each minute. Those for 5 minutes are retained for 63 days (CloudWatch user guide,
metrics retention).
"""


@dataclass(frozen=True)
class ArrivalHistory:
    """How many messages were sent to a queue in each of a series of equal periods, oldest first."""

    start: datetime
    """The beginning of the first period."""
    period: int
    """The length of a period in seconds: 60 or 300."""
    messages: tuple[float, ...]
    """The number of messages in each period. 0 if CloudWatch has no value."""


def read_arrivals(cloudwatch: Any, queue: str, *, since: datetime, until: datetime) -> ArrivalHistory:
    """Read the metric `NumberOfMessagesSent` of a queue. boto3's exceptions propagate.

    Parameters
    ----------
    cloudwatch
        The boto3 client.
    queue
        The name of the queue.
    since
        The earliest time. If it is more than 15 days ago, the periods are 5 minutes long instead of 1.
    until
        The end of the time range. A period that has not ended is omitted.

    """
    period = 60 if datetime.now(UTC) - since < MINUTES_FOR else 300
    first, last = _start_of_period(since, period), _start_of_period(until, period)
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "NumberOfMessagesSent",
        "Dimensions": [{"Name": "QueueName", "Value": queue}],
    }
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[{"Id": "sent", "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}],
        StartTime=first,
        EndTime=last,
        ScanBy="TimestampAscending",
    )
    messages = [0.0] * (int((last - first).total_seconds()) // period)
    for result in (each for page in pages for each in page["MetricDataResults"]):
        for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
            index = int((moment - first).total_seconds()) // period
            if 0 <= index < len(messages):
                messages[index] += value
    return ArrivalHistory(first, period, tuple(messages))


def _start_of_period(moment: datetime, period: int) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() // period * period, UTC)

"""Reads the current state of a worker from CloudWatch: its latest metrics, and the states of its alarms."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from queuesmith.aws.worker import DeployedWorker
from queuesmith.common.times import iso
from queuesmith.readers.deployed.alarms import alarms_on

AGE = "ApproximateAgeOfOldestMessage"
AGE_WINDOW = timedelta(minutes=15)
"""SQS reports the age each minute, with a delay of some minutes. An older value is not current."""
WINDOW = timedelta(hours=1)
"""The time over which errors and throttles are counted."""
PERIOD = 300
"""Seconds: the period of one data point."""


@dataclass(frozen=True)
class RecentMetrics:
    """The latest metrics. None: CloudWatch has no value."""

    age: int | None = None
    """Seconds that the queue's oldest message has waited."""
    dead_letter_age: int | None = None
    """Seconds that the DLQ's oldest message has waited."""
    errors: int | None = None
    throttles: int | None = None


def read_metrics(
    cloudwatch: Any, now: datetime, *, queue: str | None, dead_letter_queue: str | None, function: str | None
) -> RecentMetrics:
    """Return the metrics of the named queues and function. Raises boto3's errors."""
    queries = [
        _query(field, metric, name)
        for field, metric, name in (
            ("age", AGE, queue),
            ("dead_letter_age", AGE, dead_letter_queue),
            ("errors", "Errors", function),
            ("throttles", "Throttles", function),
        )
        if name is not None
    ]
    if not queries:
        return RecentMetrics()
    response = cloudwatch.get_metric_data(
        MetricDataQueries=queries, StartTime=now - WINDOW, EndTime=now, ScanBy="TimestampDescending"
    )
    return RecentMetrics(**{each["Id"]: _metric_value(each, now) for each in response["MetricDataResults"]})


def _query(id: str, metric: str, name: str) -> dict[str, Any]:
    namespace, dimension, statistic = (
        ("AWS/SQS", "QueueName", "Maximum") if metric == AGE else ("AWS/Lambda", "FunctionName", "Sum")
    )
    of = {"Namespace": namespace, "MetricName": metric, "Dimensions": [{"Name": dimension, "Value": name}]}
    return {"Id": id, "MetricStat": {"Metric": of, "Period": PERIOD, "Stat": statistic}}


def _metric_value(result: dict[str, Any], now: datetime) -> int | None:
    """Return the sum. For an age, return the latest value if it is current."""
    values: list[float] = result.get("Values", [])
    is_age = result["Id"].endswith("age")
    if not values or (is_age and result["Timestamps"][0] < now - AGE_WINDOW):
        return None
    return int(values[0] if is_age else sum(values))


@dataclass(frozen=True)
class AlarmState:
    """The current state of an alarm."""

    name: str
    """The alarm's name in CloudWatch."""
    state: str
    """`OK`, `ALARM` or `INSUFFICIENT_DATA`."""
    reason: str
    """CloudWatch's reason for the state."""
    since: str
    """Time of the last change of the state, as ISO 8601. Empty if CloudWatch does not report it."""


def alarm_states(worker: DeployedWorker, names: Collection[str]) -> list[AlarmState]:
    """Return the state of every alarm on the named queues and functions, and of the composite alarms that contain them.

    Raises boto3's errors.
    """
    alarms = list(alarms_on(worker, names))
    return [
        AlarmState(
            each["AlarmName"],
            each.get("StateValue", "INSUFFICIENT_DATA"),
            each.get("StateReason", ""),
            _since(each),
        )
        for each in sorted(alarms, key=lambda each: str(each["AlarmName"]))
    ]


def _since(alarm: dict[str, Any]) -> str:
    moment = alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp")
    return iso(moment) if isinstance(moment, datetime) else ""

"""What CloudWatch says of a worker now: its last figures, and the states of its alarms."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from queuesmith.aws.worker import Worker
from queuesmith.common.times import iso
from queuesmith.readers.deployed.alarms import alarms_on

AGE = "ApproximateAgeOfOldestMessage"
AGE_WINDOW = timedelta(minutes=15)
"""SQS reports the age each minute, some minutes late; what is older than this says nothing of now."""
WINDOW = timedelta(hours=1)
"""For which errors and throttles are counted."""
PERIOD = 300
"""Seconds of one figure."""


@dataclass(frozen=True)
class Figures:
    """None where CloudWatch has no figure."""

    age: int | None = None
    """Seconds that the queue's oldest message has waited."""
    dead_letter_age: int | None = None
    """The same of the DLQ."""
    errors: int | None = None
    throttles: int | None = None


def figures(
    cloudwatch: Any, now: datetime, *, queue: str | None, dead_letter_queue: str | None, function: str | None
) -> Figures:
    """The figures of what is named. Raises what boto3 raises."""
    asked = [
        _query(figure, metric, name)
        for figure, metric, name in (
            ("age", AGE, queue),
            ("dead_letter_age", AGE, dead_letter_queue),
            ("errors", "Errors", function),
            ("throttles", "Throttles", function),
        )
        if name is not None
    ]
    if not asked:
        return Figures()
    answer = cloudwatch.get_metric_data(
        MetricDataQueries=asked, StartTime=now - WINDOW, EndTime=now, ScanBy="TimestampDescending"
    )
    return Figures(**{each["Id"]: _figure(each, now) for each in answer["MetricDataResults"]})


def _query(id: str, metric: str, name: str) -> dict[str, Any]:
    namespace, dimension, statistic = (
        ("AWS/SQS", "QueueName", "Maximum") if metric == AGE else ("AWS/Lambda", "FunctionName", "Sum")
    )
    of = {"Namespace": namespace, "MetricName": metric, "Dimensions": [{"Name": dimension, "Value": name}]}
    return {"Id": id, "MetricStat": {"Metric": of, "Period": PERIOD, "Stat": statistic}}


def _figure(result: dict[str, Any], now: datetime) -> int | None:
    """The sum; of an age the latest, if that is of now."""
    values: list[float] = result.get("Values", [])
    is_age = result["Id"].endswith("age")
    if not values or (is_age and result["Timestamps"][0] < now - AGE_WINDOW):
        return None
    return int(values[0] if is_age else sum(values))


@dataclass(frozen=True)
class AlarmState:
    """An alarm now."""

    name: str
    """Its name in CloudWatch."""
    state: str
    """`OK`, `ALARM` or `INSUFFICIENT_DATA`."""
    reason: str
    """What CloudWatch says of it."""
    since: str
    """When it came into that state, as ISO 8601; empty where CloudWatch does not say."""


def alarm_states(worker: Worker, names: Collection[str]) -> list[AlarmState]:
    """The state of every alarm on something with one of these names, and of those composed of them.

    Raises what boto3 raises.
    """
    found = list(alarms_on(worker, names))
    return [
        AlarmState(
            each["AlarmName"],
            each.get("StateValue", "INSUFFICIENT_DATA"),
            each.get("StateReason", ""),
            _since(each),
        )
        for each in sorted(found, key=lambda each: str(each["AlarmName"]))
    ]


def _since(alarm: dict[str, Any]) -> str:
    moment = alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp")
    return iso(moment) if isinstance(moment, datetime) else ""

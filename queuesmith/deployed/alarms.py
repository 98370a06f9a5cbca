"""The CloudWatch alarms of a worker: their states, and as the rules see them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from queuesmith.aws.worker import Worker


@dataclass(frozen=True)
class AlarmState:
    """An alarm now."""

    name: str
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
            str(each.get("StateTransitionedTimestamp") or each.get("StateUpdatedTimestamp") or ""),
        )
        for each in sorted(found, key=lambda each: str(each["AlarmName"]))
    ]


def alarms_on(worker: Worker, names: Collection[str]) -> Iterator[dict[str, Any]]:
    """The alarms as CloudWatch describes them. A worker of this project's names its alarms after itself."""
    prefix = f"{worker.names.function}-" if worker.names.environment and worker.names.function else None
    arguments: dict[str, Any] = {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    if prefix:
        arguments["AlarmNamePrefix"] = prefix
    pages = worker.connection.client("cloudwatch").get_paginator("describe_alarms").paginate(**arguments)
    composite: list[dict[str, Any]] = []
    watching: list[dict[str, Any]] = []
    for page in pages:
        composite += page.get("CompositeAlarms", [])
        watching += [each for each in page.get("MetricAlarms", []) if any(name in names for _, _, name in watched(each))]
    yield from watching
    for each in composite:
        if any(f"{alarm['AlarmName']}" in each.get("AlarmRule", "") for alarm in watching):
            yield each


def watched(alarm: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What an alarm watches: namespace, metric, and the name of the queue or function."""
    metrics = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    for metric in [alarm, *metrics]:
        for dimension in metric.get("Dimensions", []):
            if dimension["Name"] in {"QueueName", "FunctionName"}:
                yield metric.get("Namespace", ""), metric.get("MetricName", ""), dimension["Value"]

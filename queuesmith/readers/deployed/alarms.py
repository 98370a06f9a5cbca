"""Reads the CloudWatch alarms of a worker, as CloudWatch describes them and as the rules' model."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from queuesmith.aws.worker import DeployedWorker
from queuesmith.readers.deployed.part_identity import PartIdentity
from queuesmith.rules import Alarm, MaybeUnknown, Metric, Unknown
from queuesmith.rules.alarms import Expression
from queuesmith.settings.derived.alarm_specs import ALARMS


def alarms_on(worker: DeployedWorker, names: Collection[str]) -> Iterator[dict[str, Any]]:
    """Yield the alarms on the named queues and functions, and the composite alarms that contain them.

    The items are as CloudWatch describes them. The names of a worker's alarms in this project start with the worker's name.
    Some of them watch metrics that name neither a queue nor a function.
    """
    prefix = f"{worker.names.function}-" if worker.names.environment and worker.names.function else None
    own = {f"{prefix}{spec.id}" for spec in ALARMS} if prefix else set()
    arguments: dict[str, Any] = {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    if prefix:
        arguments["AlarmNamePrefix"] = prefix
    pages = worker.connection.client("cloudwatch").get_paginator("describe_alarms").paginate(**arguments)
    composite: list[dict[str, Any]] = []
    watching: list[dict[str, Any]] = []
    for page in pages:
        composite += page.get("CompositeAlarms", [])
        watching += [
            each
            for each in page.get("MetricAlarms", [])
            if each["AlarmName"] in own or any(name in names for _, _, name in _watched(each))
        ]
    yield from watching
    for each in composite:
        if any(_is_part(alarm, each.get("AlarmRule", "")) for alarm in watching):
            yield each


def _watched(alarm: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what an alarm watches: namespace, metric, and the name of the queue or function."""
    metrics = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    for metric in [alarm, *metrics]:
        for dimension in metric.get("Dimensions", []):
            if dimension["Name"] in {"QueueName", "FunctionName"}:
                yield metric.get("Namespace", ""), metric.get("MetricName", ""), dimension["Value"]


def alarms_of(
    worker: DeployedWorker, parts: Mapping[tuple[str, str], str], identity_of: Callable[[str], PartIdentity]
) -> tuple[Alarm, ...]:
    """Return the metric alarms as the rules' model.

    `parts` maps namespace and name of what alarms can watch to the model's name of the part. `identity_of` returns the address
    and the dialect of an alarm by its name. An alarm without an action counts as having one if a composite alarm with an action
    contains it. Raises boto3's errors.
    """
    alarms = sorted(alarms_on(worker, {name for _, name in parts}), key=lambda each: str(each["AlarmName"]))
    rules = [each["AlarmRule"] for each in alarms if "AlarmRule" in each and _has_action(each)]
    return tuple(_alarm(each, parts, identity_of(each["AlarmName"]), rules) for each in alarms if "AlarmRule" not in each)


def _alarm(
    alarm: dict[str, Any], parts: Mapping[tuple[str, str], str], identity: PartIdentity, composite_rules: Collection[str]
) -> Alarm:
    periods = [query["MetricStat"]["Period"] for query in alarm.get("Metrics", ()) if "MetricStat" in query]
    return Alarm(
        **identity,
        metrics=tuple(dict.fromkeys(_metrics(alarm, parts))),
        period=alarm.get("Period", periods[0] if periods else None),
        evaluation_periods=alarm.get("EvaluationPeriods"),
        datapoints_to_alarm=alarm.get("DatapointsToAlarm"),
        threshold=None if periods else _threshold(alarm),
        expression=_expression(alarm),
        comparison=alarm.get("ComparisonOperator"),
        missing_data=alarm.get("TreatMissingData"),
        has_action=_has_action(alarm) or any(_is_part(alarm, rule) for rule in composite_rules),
    )


def _metrics(alarm: dict[str, Any], parts: Mapping[tuple[str, str], str]) -> Iterator[Metric]:
    """Yield the metrics of the pipeline's parts, with their statistics and their ids in the expression."""
    queries = [(each["MetricStat"], each["Id"]) for each in alarm.get("Metrics", ()) if "MetricStat" in each]
    for statistic, query in [(alarm, ""), *queries]:
        name = statistic.get("Stat") or statistic.get("Statistic") or statistic.get("ExtendedStatistic", "")
        for namespace, metric, watched in _watched({**statistic.get("Metric", statistic), "Metrics": ()}):
            if (namespace, watched) in parts:
                yield Metric(metric, parts[namespace, watched], name, query)


def _expression(alarm: dict[str, Any]) -> Expression | None:
    """Return the expression that the alarm compares, if it has only one."""
    found = [each["Expression"] for each in alarm.get("Metrics", ()) if "Expression" in each]
    return Expression(found[0], float(alarm["Threshold"])) if len(found) == 1 and "Threshold" in alarm else None


def _threshold(alarm: dict[str, Any]) -> MaybeUnknown[int | None]:
    threshold = alarm.get("Threshold")
    if threshold is None or int(threshold) == threshold:
        return threshold if threshold is None else int(threshold)
    return Unknown(f"the threshold of {alarm['AlarmName']}, which is not a whole number")


def _has_action(alarm: dict[str, Any]) -> bool:
    return bool(alarm.get("ActionsEnabled", True) and alarm.get("AlarmActions"))


def _is_part(alarm: dict[str, Any], rule: str) -> bool:
    """Whether a composite alarm's rule contains an alarm, by its name or its ARN."""
    return re.search(rf"(?<![\w-]){re.escape(alarm['AlarmName'])}(?![\w-])", rule) is not None

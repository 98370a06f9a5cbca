"""Reads the CloudWatch alarms of a Terraform file, and finds the parts of a pipeline that they watch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from queuesmith.readers.terraform.document import Path, Resource
from queuesmith.readers.terraform.resource_index import FUNCTION, QUEUE, ExternalResource, ResourceIndex
from queuesmith.readers.terraform.values import count, flag, known_count, number, text
from queuesmith.rules import Alarm, Dialect, MaybeUnknown, Metric, Unknown
from queuesmith.rules.alarms import NO_ALARMS

_ALARM = "aws_cloudwatch_metric_alarm"
_DIMENSIONS = {"AWS/SQS": (QUEUE, "QueueName"), "AWS/Lambda": (FUNCTION, "FunctionName")}
"""By namespace: the type of the watched resource, and the dimension that names it."""


class AlarmReader:
    """Every alarm of the file with the metrics that it watches."""

    def __init__(self, index: ResourceIndex) -> None:
        self._index = index
        self._has_alarms = bool(index.document.of_type(_ALARM))
        self._watching: dict[str, list[tuple[Alarm, str]]] = {}
        """By the watched resource: its address, its name if it is not in the file, or its type if it is unknown."""
        for resource in index.document.of_type(_ALARM):
            for path in _metrics(resource):
                self._add(resource, path)

    def alarms_on(self, parts: dict[str, Resource | ExternalResource]) -> MaybeUnknown[tuple[Alarm, ...]]:
        """Return the alarms on a pipeline's parts, or unknown if the file contains no alarms.

        `parts` are the resources by their role in the pipeline. An alarm whose resource is unknown counts as an alarm on every
        part of its type, so that no rule asks for a second one. Its threshold, which may be right for another resource, is
        then unknown.
        """
        if not self._has_alarms:
            return NO_ALARMS
        alarms: dict[str, Alarm] = {}
        for role, part in parts.items():
            name = part.name if isinstance(part, ExternalResource) else part.address
            kind = FUNCTION if role == "function" else QUEUE
            uncertain = ((_without_threshold(alarm), metric) for alarm, metric in self._watching.get(kind, ()))
            for alarm, metric in (*self._watching.get(name, ()), *uncertain):
                known = alarms.get(alarm.address, alarm)
                alarms[alarm.address] = replace(known, metrics=tuple(dict.fromkeys((*known.metrics, Metric(metric, role)))))
        return tuple(alarms.values())

    def _add(self, resource: Resource, path: Path) -> None:
        namespace, metric = text(resource, *path, "namespace"), text(resource, *path, "metric_name")
        if not isinstance(namespace, str) or not isinstance(metric, str) or namespace not in _DIMENSIONS:
            return
        kind, dimension = _DIMENSIONS[namespace]
        for watched in self._watched(resource, kind, *path, "dimensions", dimension):
            self._watching.setdefault(watched, []).append((_alarm(resource, path), metric))

    def _watched(self, resource: Resource, kind: str, *dimension: str | int) -> list[str]:
        watched = self._index.find(kind, resource, *dimension)
        if isinstance(watched, Resource):
            return [watched.address]
        if isinstance(watched, ExternalResource):
            return [watched.name]
        return [] if watched is None else [kind]


def _without_threshold(alarm: Alarm) -> Alarm:
    return replace(alarm, threshold=Unknown(f"the resource that {alarm.address} watches"))


def _metrics(resource: Resource) -> Iterator[Path]:
    """Yield the paths of an alarm's metrics: the alarm itself, and the queries of metric math."""
    yield ()
    for index in range(known_count(resource, "metric_query")):
        yield ("metric_query", index, "metric", 0)


def _alarm(resource: Resource, path: Path) -> Alarm:
    return Alarm(
        address=resource.address,
        dialect=Dialect.TERRAFORM,
        period=number(resource, *path, "period", unset=(0,)),
        evaluation_periods=number(resource, "evaluation_periods"),
        datapoints_to_alarm=number(resource, "datapoints_to_alarm", unset=(0,)),
        threshold=None if path else number(resource, "threshold"),
        comparison=text(resource, "comparison_operator"),
        missing_data=text(resource, "treat_missing_data"),
        has_action=_has_action(resource),
    )


def _has_action(resource: Resource) -> MaybeUnknown[bool]:
    if flag(resource, "actions_enabled") is False:
        return False
    actions = count(resource, "alarm_actions")
    return actions if isinstance(actions, Unknown) else actions > 0

"""The CloudWatch alarms of a Terraform file, and which parts of a pipeline they watch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from queuesmith.rules import Alarm, Dialect, Known, Metric, Unknown
from queuesmith.terraform.document import Path, Resource
from queuesmith.terraform.joining import FUNCTION, QUEUE, Elsewhere, Join
from queuesmith.terraform.reading import count, flag, number, text

ALARM = "aws_cloudwatch_metric_alarm"
_DIMENSIONS = {"AWS/SQS": (QUEUE, "QueueName"), "AWS/Lambda": (FUNCTION, "FunctionName")}
"""By namespace: the type of what is watched, and the dimension that names it."""


class Alarms:
    """Every alarm of the file with the metrics that it watches."""

    def __init__(self, join: Join) -> None:
        self.there = bool(join.document.of_type(ALARM))
        self._watching: dict[str, list[tuple[Alarm, str]]] = {}
        for resource in join.document.of_type(ALARM):
            for path in _metrics(resource):
                self._enter(join, resource, path)

    def on(self, parts: dict[str, Resource | Elsewhere]) -> tuple[Alarm, ...] | None:
        """The alarms on a pipeline's parts, by the part's role in it; None where the file has no alarms at all."""
        if not self.there:
            return None
        found: dict[str, Alarm] = {}
        for role, part in parts.items():
            name = part.name if isinstance(part, Elsewhere) else part.address
            for alarm, metric in self._watching.get(name, ()):
                before = found.get(alarm.address, alarm)
                found[alarm.address] = replace(before, metrics=tuple(dict.fromkeys((*before.metrics, Metric(metric, role)))))
        return tuple(found.values())

    def _enter(self, join: Join, resource: Resource, path: Path) -> None:
        namespace, metric = text(resource, *path, "namespace"), text(resource, *path, "metric_name")
        if not isinstance(namespace, str) or not isinstance(metric, str) or namespace not in _DIMENSIONS:
            return
        kind, dimension = _DIMENSIONS[namespace]
        name = resource.value(*path, "dimensions", dimension)
        if isinstance(name, str):
            found = join.by_value(kind, name, near=resource)
            watched = [found.name if isinstance(found, Elsewhere) else found.address]
        else:
            targets = resource.targets(*path, "dimensions", dimension).of(kind) or resource.targets(*path, "dimensions").of(
                kind
            )
            watched = [target.address for target in targets]
        for item in watched:
            self._watching.setdefault(item, []).append((_alarm(resource, path), metric))


def _metrics(resource: Resource) -> Iterator[Path]:
    """Where metrics are: on the alarm itself, and in the queries of metric math."""
    yield ()
    amount = count(resource, "metric_query")
    for index in range(0 if isinstance(amount, Unknown) else amount):
        yield ("metric_query", index, "metric", 0)


def _alarm(resource: Resource, path: Path) -> Alarm:
    return Alarm(
        address=resource.address,
        dialect=Dialect.TERRAFORM,
        period=number(resource, *path, "period", unset=(0,)),
        evaluation_periods=number(resource, "evaluation_periods"),
        datapoints_to_alarm=number(resource, "datapoints_to_alarm", unset=(0,)),
        has_action=_has_action(resource),
    )


def _has_action(resource: Resource) -> Known[bool]:
    if flag(resource, "actions_enabled") is False:
        return False
    amount = count(resource, "alarm_actions")
    return amount if isinstance(amount, Unknown) else amount > 0

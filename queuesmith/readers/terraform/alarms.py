"""Reads the CloudWatch alarms of a Terraform file, and finds the parts of a pipeline that they watch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from queuesmith.readers.terraform.document import Path, Resource
from queuesmith.readers.terraform.functions import texts
from queuesmith.readers.terraform.resource_index import FUNCTION, QUEUE, ExternalResource, ResourceIndex
from queuesmith.readers.terraform.values import count, flag, known_count, number, text
from queuesmith.rules import Alarm, Dialect, MaybeUnknown, Metric, Unknown
from queuesmith.rules.alarms import NO_ALARMS, Expression, OtherDimensions
from queuesmith.rules.metrics import DIMENSIONS, LAMBDA, SQS, has_data

_ALARM = "aws_cloudwatch_metric_alarm"
_TYPES = {SQS: QUEUE, LAMBDA: FUNCTION}
"""The type of the watched resource by namespace."""


class AlarmReader:
    """Every alarm of the file with the metrics that it watches."""

    def __init__(self, index: ResourceIndex) -> None:
        self._index = index
        self._has_alarms = bool(index.document.of_type(_ALARM))
        self._watching: dict[tuple[str, str], list[tuple[Alarm, _Watched | OtherDimensions]]] = {}
        """The metrics by the watched resource: its type, and its address, its name if not in the file, or "" if unknown."""
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
            uncertain = ((_without_threshold(alarm), metric) for alarm, metric in self._watching.get((kind, ""), ()))
            for alarm, metric in (*self._watching.get((kind, name), ()), *uncertain):
                alarms[alarm.address] = _with_metric(alarms.get(alarm.address, alarm), metric, role)
        return tuple(alarms.values())

    def _add(self, resource: Resource, path: Path) -> None:
        namespace, metric = text(resource, *path, "namespace"), text(resource, *path, "metric_name")
        if not isinstance(namespace, str) or not isinstance(metric, str) or namespace not in _TYPES:
            return
        dimensions = resource.value(*path, "dimensions")
        names = () if isinstance(dimensions, Unknown) else tuple(texts(resource, dimensions, *path, "dimensions"))
        if names and not has_data(namespace, frozenset(names)):
            watched = self._part_in(resource, namespace, [(*path, "dimensions", name) for name in names])
            found: _Watched | OtherDimensions = OtherDimensions(namespace, metric, names)
        else:
            watched = self._watched(resource, _TYPES[namespace], *path, "dimensions", DIMENSIONS[namespace])
            found = _Watched(metric, *_statistic_and_id(resource, path))
        if watched:
            self._watching.setdefault(watched, []).append((_alarm(resource, path), found))

    def _watched(self, resource: Resource, kind: str, *dimension: str | int) -> tuple[str, str] | None:
        watched = self._index.find(kind, resource, *dimension)
        if isinstance(watched, Resource):
            return kind, watched.address
        if isinstance(watched, ExternalResource):
            return kind, watched.name
        return None if watched is None else (kind, "")

    def _part_in(self, resource: Resource, namespace: str, dimensions: list[Path]) -> tuple[str, str] | None:
        """Return the queue or function of the file that one of the dimensions names. The namespace's own type comes first."""
        for kind in sorted(_TYPES.values(), key=lambda each: each != _TYPES[namespace]):
            for dimension in dimensions:
                if isinstance(found := self._index.find(kind, resource, *dimension), Resource):
                    return kind, found.address
        return None


@dataclass(frozen=True)
class _Watched:
    """A metric with its statistic, and its id in the alarm's expression. Empty: unknown, or no expression."""

    name: str
    statistic: str
    id: str


def _statistic_and_id(resource: Resource, path: Path) -> tuple[str, str]:
    """Return the statistic of a metric, and its id if it is part of an expression."""
    names = ((*path, "stat"),) if path else (("statistic",), ("extended_statistic",))
    statistics = [each for name in names if isinstance(each := text(resource, *name), str) and each]
    query = text(resource, *path[:2], "id") if path else ""
    return next(iter(statistics), ""), query if isinstance(query, str) else ""


def _expression(resource: Resource) -> Expression | None:
    """Return the expression that the alarm compares, if it has only one and its threshold is known."""
    found = [text(resource, "metric_query", index, "expression") for index in range(known_count(resource, "metric_query"))]
    expressions, threshold = [each for each in found if each], number(resource, "threshold")
    if len(expressions) != 1 or not isinstance(expressions[0], str) or not isinstance(threshold, int):
        return None
    return Expression(expressions[0], threshold)


def _with_metric(alarm: Alarm, metric: _Watched | OtherDimensions, role: str) -> Alarm:
    if isinstance(metric, OtherDimensions):
        return replace(alarm, other_dimensions=tuple(dict.fromkeys((*alarm.other_dimensions, metric))))
    return replace(
        alarm, metrics=tuple(dict.fromkeys((*alarm.metrics, Metric(metric.name, role, metric.statistic, metric.id))))
    )


def _without_threshold(alarm: Alarm) -> Alarm:
    return replace(alarm, threshold=Unknown(f"the resource that {alarm.address} watches"), expression=None)


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
        expression=_expression(resource) if path else None,
        comparison=text(resource, "comparison_operator"),
        missing_data=text(resource, "treat_missing_data"),
        has_action=_has_action(resource),
    )


def _has_action(resource: Resource) -> MaybeUnknown[bool]:
    if flag(resource, "actions_enabled") is False:
        return False
    actions = count(resource, "alarm_actions")
    return actions if isinstance(actions, Unknown) else actions > 0

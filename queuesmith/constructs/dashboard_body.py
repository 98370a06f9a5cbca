"""The body of a dashboard in CloudWatch's format: alarm states at the top, then one row per worker. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from queuesmith.common.json_values import compact_json
from queuesmith.settings.derived.alarm_specs import (
    AGE,
    DEPTH,
    DRAIN,
    FAILED_MESSAGES,
    IN_FLIGHT,
    MEMORY_USED,
    NOISY_GROUPS,
    QUEUE_WAIT,
    QUIET,
    SENT,
)

WIDTH = 24
"""Columns of a dashboard."""
ALARMS_A_WIDGET = 100
WORKERS_A_DASHBOARD = 25
"""CloudWatch accepts 500 widgets and 2,500 metrics per dashboard (CloudWatch service quotas). A worker has up to 13 and 27."""
_CELL, _HEIGHT = 6, 6
_BLUE, _ORANGE, _GREEN, _RED, _GREY = "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#7f7f7f"
_OLDEST = {"label": "age of oldest message", "stat": "Maximum", "yAxis": "right", "color": _ORANGE}

Widget = dict[str, Any]


@dataclass(frozen=True)
class DashboardRow:
    """The values of one worker that the dashboard needs."""

    worker: str
    queue: str
    dead_letter_queue: str | None
    function: str
    timeout: float | None
    """Seconds. None: known only after apply."""
    concurrency_limit: float | None
    alarms: Sequence[str] = ()
    """The ARNs of the worker's alarms."""
    metrics_namespace: str | None = None
    """The namespace of the handler's metrics. None: they are not shown."""
    log_namespace: str | None = None
    """The namespace of the metrics from the function's log. None: there are none."""
    memory: float | None = None
    """The function's memory in MB. None: known only after apply."""
    mapping: str | None = None
    """The UUID of the event source mapping. None: it publishes no metrics."""
    is_fair: bool = False
    """Whether the queue is a fair queue."""


@dataclass
class _Graph:
    """One metric widget."""

    title: str
    metrics: list[list[Any]] = field(default_factory=list)
    left: str = ""
    right: str = ""
    limit: tuple[str, float] | None = None

    def add(self, namespace: str, name: str, dimensions: Mapping[str, str], **options: Any) -> _Graph:
        flat = [part for pair in dimensions.items() for part in pair]
        self.metrics.append([namespace, name, *flat, options])
        return self

    def calculated(self, expression: str, label: str, **options: Any) -> _Graph:
        self.metrics.insert(0, [{"expression": expression, "label": label, "id": "result", **options}])
        return self


def body(region: str, rows: Sequence[DashboardRow]) -> str:
    """Return the dashboard's body as compact JSON."""
    alarms: list[Widget] = []
    widgets: list[Widget] = []
    top = 0
    for part in _chunks([arn for row in rows for arn in row.alarms], ALARMS_A_WIDGET):
        height = 2 + 2 * -(-len(part) // 8)
        properties = {"title": "Alarms", "alarms": part, "sortBy": "stateUpdatedTimestamp"}
        alarms.append(_widget("alarm", 0, top, WIDTH, height, properties))
        top += height
    for row in rows:
        header = f"## {row.worker}\nqueue `{row.queue}` · function `{row.function}`"
        widgets.append(_widget("text", 0, top, WIDTH, 2, {"markdown": header}))
        graphs = [*_queue_graphs(row), *_function_graphs(row), *_optional_graphs(row)]
        for index, graph in enumerate(graphs):
            x, y = index * _CELL % WIDTH, top + 2 + index * _CELL // WIDTH * _HEIGHT
            widgets.append(_widget("metric", x, y, _CELL, _HEIGHT, _properties(graph, region)))
        top += 2 + -(-len(graphs) * _CELL // WIDTH) * _HEIGHT
    # Alarms come last, although they are at the top: cdktf searches for references from each one to the end of the text.
    return compact_json({"widgets": [*widgets, *alarms]})


def _queue_graphs(row: DashboardRow) -> list[_Graph]:
    queue = {"QueueName": row.queue}
    depth = _Graph("Queue depth and age", left="messages", right="seconds")
    depth.add("AWS/SQS", DEPTH, queue, label="waiting", stat="Maximum", color=_BLUE)
    depth.add("AWS/SQS", IN_FLIGHT, queue, label="in flight", stat="Maximum", color=_GREY)
    depth.add("AWS/SQS", AGE, queue, **_OLDEST)
    rates = _Graph("Sent and processed", left="messages")
    rates.add("AWS/SQS", SENT, queue, label="sent", stat="Sum", color=_BLUE)
    rates.add("AWS/SQS", "NumberOfMessagesDeleted", queue, label="processed", stat="Sum", color=_GREEN)
    drain = _Graph("Time to drain", left="seconds").calculated(DRAIN, "time to drain", color=_ORANGE)
    hidden = {"visible": False, "period": 300}
    drain.add("AWS/SQS", DEPTH, queue, id="waiting", stat="Maximum", **hidden)
    drain.add("AWS/SQS", "NumberOfMessagesDeleted", queue, id="deleted", stat="Sum", **hidden)
    dead = _Graph("Dead-letter queue", left="messages", right="seconds")
    if row.dead_letter_queue is not None:
        dlq = {"QueueName": row.dead_letter_queue}
        dead.add("AWS/SQS", DEPTH, dlq, label="waiting", stat="Maximum", color=_RED)
        dead.add("AWS/SQS", AGE, dlq, **_OLDEST)
    return [depth, rates, drain, *([dead] if dead.metrics else [])]


def _function_graphs(row: DashboardRow) -> list[_Graph]:
    function = {"FunctionName": row.function}
    calls = _Graph("Invocations and errors", left="invocations")
    calls.add("AWS/Lambda", "Invocations", function, label="invocations", stat="Sum", color=_BLUE)
    calls.add("AWS/Lambda", "Errors", function, label="errors", stat="Sum", color=_RED)
    throttles = _Graph("Throttles", left="invocations")
    throttles.add("AWS/Lambda", "Throttles", function, label="throttles", stat="Sum", color=_RED)
    duration = _Graph("Duration", left="milliseconds")
    for statistic, color in (("p50", _GREY), ("p99", _BLUE), ("Maximum", _ORANGE)):
        duration.add("AWS/Lambda", "Duration", function, label=statistic, stat=statistic, color=color)
    if row.timeout is not None:
        duration.limit = ("timeout", row.timeout * 1000)
    concurrency = _Graph("Concurrent executions", left="invocations")
    concurrency.add("AWS/Lambda", "ConcurrentExecutions", function, label="concurrent executions", stat="Maximum", color=_BLUE)
    if row.concurrency_limit is not None:
        concurrency.limit = ("limit", row.concurrency_limit)
    return [calls, throttles, duration, concurrency]


def _optional_graphs(row: DashboardRow) -> list[_Graph]:
    """Return the graphs of metrics that only some workers have."""
    graphs = []
    if row.is_fair:
        graphs.append(_message_groups(row.queue))
    if row.mapping is not None:
        graphs.append(_mapping_events(row.mapping))
    if row.metrics_namespace is not None:
        wait = _Graph("Queue wait", left="milliseconds")
        for statistic, color in (("p50", _GREY), ("p99", _BLUE)):
            wait.add(row.metrics_namespace, QUEUE_WAIT, {"service": row.function}, label=statistic, stat=statistic, color=color)
        graphs.append(wait)
    if row.log_namespace is not None:
        memory = _Graph("Memory", left="MB", limit=None if row.memory is None else ("memory", row.memory))
        graphs.append(memory.add(row.log_namespace, MEMORY_USED, {}, label="used", stat="Maximum", color=_BLUE))
    return graphs


def _message_groups(queue_name: str) -> _Graph:
    queue = {"QueueName": queue_name}
    groups = _Graph("Quiet and noisy message groups", left="messages, groups", right="seconds")
    groups.add("AWS/SQS", f"{DEPTH}{QUIET}", queue, label="waiting in quiet groups", stat="Maximum", color=_BLUE)
    groups.add("AWS/SQS", NOISY_GROUPS, queue, label="noisy groups", stat="Maximum", color=_RED)
    return groups.add("AWS/SQS", f"{AGE}{QUIET}", queue, **_OLDEST)


def _mapping_events(uuid: str) -> _Graph:
    events = _Graph("Event source mapping", left="messages")
    for name, label, color in (
        ("PolledEventCount", "polled", _GREY),
        ("FilteredOutEventCount", "filtered out", _ORANGE),
        ("InvokedEventCount", "passed to the function", _BLUE),
        (FAILED_MESSAGES, "failed", _RED),
        ("DeletedEventCount", "deleted", _GREEN),
    ):
        events.add("AWS/Lambda", name, {"EventSourceMappingUUID": uuid}, label=label, stat="Sum", color=color)
    return events


def _properties(graph: _Graph, region: str) -> dict[str, Any]:
    sides = {"left": graph.left, "right": graph.right}
    properties: dict[str, Any] = {
        "title": graph.title,
        "region": region,
        "view": "timeSeries",
        "stacked": False,
        "period": 300,
        "metrics": graph.metrics,
        "yAxis": {side: {"label": label, "min": 0, "showUnits": False} for side, label in sides.items() if label},
    }
    if graph.limit is not None:
        label, value = graph.limit
        properties["annotations"] = {"horizontal": [{"label": label, "value": value, "color": _RED}]}
    return properties


def _widget(kind: str, x: int, y: int, width: int, height: int, properties: dict[str, Any]) -> Widget:
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}


def _chunks(items: Sequence[str], size: int) -> list[list[str]]:
    return [list(items[start : start + size]) for start in range(0, len(items), size)]

"""Reads from a function's log how long its invocations took, and how many messages each had.

    from queuesmith.operations import read_invocations

    for each in read_invocations(boto3.client("logs"), "/aws/lambda/prod-orders", since=an_hour_ago):
        print(each.seconds, each.messages)

The durations are in the lines that Lambda writes: `REPORT`, or `platform.report` if the log is JSON. The numbers of messages
are in the metrics that the toolkit writes (embedded metric format). An execution environment processes one invocation at a time
and has its own log stream, so the metrics belong to the next report of their stream.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from queuesmith.operations.log_reading import LogEvent, parse_event

_PATTERN = '?REPORT ?"platform.report" ?CloudWatchMetrics'
"""The first filter, which CloudWatch applies. The lines that it returns are checked again here."""
_REPORT = re.compile(r"REPORT RequestId: \S+\s+Duration: ([\d.]+) ms")
_COLD_START = re.compile(r"(?:Init|Restore) Duration: ([\d.]+) ms")
_STATUS = re.compile(r"Status: (\w+)")
_TRIED = ("Processed", "Duplicate", "NonRetryable", "Failed", "RetryLater", "Unfinished")
"""The toolkit's metrics that count messages by outcome, without those that it returns to the queue untried."""


@dataclass(frozen=True)
class Invocation:
    """One invocation of a function."""

    seconds: float
    """Its duration without the initialization."""
    messages: int | None
    """Messages that the handler processed. None: the log does not contain it."""
    cold_start: float | None
    """Seconds of the initialization of its execution environment. None: the environment already existed."""
    succeeded: bool
    """Whether the handler returned. Otherwise it raised an error, its process exited, or it timed out."""


def read_invocations(logs: Any, group: str, *, since: datetime) -> Iterator[Invocation]:
    """Read the invocations in a log group, oldest first. boto3's exceptions propagate.

    Parameters
    ----------
    logs
        The boto3 client.
    group
        The name of the log group.
    since
        The earliest time.

    """
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=int(since.timestamp() * 1000), filterPattern=_PATTERN
    )
    messages: Counter[str] = Counter()
    for event in (parse_event(raw) for page in pages for raw in page.get("events", [])):
        if "_aws" in event.fields:
            messages[event.stream] += sum(_count(event.fields.get(name)) for name in _TRIED)
        elif report := _report(event):
            seconds, cold_start, succeeded = report
            yield Invocation(seconds, messages.pop(event.stream, None), cold_start, succeeded)


def measurable(invocations: Sequence[Invocation], batch_size: int) -> tuple[list[Invocation], list[int]]:
    """Return the invocations that show how long messages take, and how many messages each had.

    Invocations that failed, or had no messages, are omitted. If the log does not say how many messages there were, each
    invocation counts as one message, which is exact with a `batch_size` of 1.
    """
    succeeded = [each for each in invocations if each.succeeded]
    if batch_size > 1 and any(each.messages is not None for each in succeeded):
        used = [each for each in succeeded if each.messages]
        return used, [each.messages or 0 for each in used]
    return succeeded, [1] * len(succeeded)


def _report(event: LogEvent) -> tuple[float, float | None, bool] | None:
    """Return the duration and the cold start in seconds, and whether the invocation succeeded. None for other lines."""
    if event.message == "platform.report":
        metrics = event.fields.get("metrics")
        if not isinstance(metrics, dict) or not isinstance(metrics.get("durationMs"), int | float):
            return None
        cold = metrics.get("initDurationMs", metrics.get("restoreDurationMs"))
        succeeded = event.fields.get("status", "success") == "success"
        return metrics["durationMs"] / 1000, cold / 1000 if isinstance(cold, int | float) else None, succeeded
    found = _REPORT.match(event.message)
    if not found:
        return None
    start, status = _COLD_START.search(event.message), _STATUS.search(event.message)
    return float(found[1]) / 1000, float(start[1]) / 1000 if start else None, status is None or status[1] == "success"


def _count(value: Any) -> int:
    """The value of a metric: a number, or a list of numbers."""
    values = value if isinstance(value, list) else [value]
    return int(sum(each for each in values if isinstance(each, int | float)))

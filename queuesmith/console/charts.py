"""Small line charts: a series of values as the points of an SVG line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from queuesmith import operations
from queuesmith.common.times import short_duration
from queuesmith.console.readings import Sample

WIDTH, HEIGHT = 100, 30
"""The size of the drawing. The page stretches it."""
MAXIMUM_POINTS = 200
Point = tuple[datetime, float]


@dataclass(frozen=True)
class Chart:
    """One chart with its texts."""

    title: str
    latest: str
    highest: str
    begin: str
    """How long ago the first value was."""
    points: str
    """The attribute `points` of an SVG polyline."""


def worker_charts(history: operations.MetricHistory, samples: Sequence[Sample], now: datetime) -> list[Chart]:
    """The charts of a worker: CloudWatch's values, and those that the console has read if CloudWatch has none."""
    polled: dict[str, list[Point]] = {
        name: [(each.moment, value) for each in samples if (value := getattr(each, name)) is not None]
        for name in ("backlog", "in_flight", "in_dlq")
    }
    series = [
        ("Backlog (messages)", history.backlog or polled["backlog"]),
        ("Age of oldest message (seconds)", history.oldest_message_age),
        ("In flight (messages)", history.in_flight or polled["in_flight"]),
        ("Sent per minute", history.sent),
        ("Deleted per minute", history.deleted),
        ("In the DLQ (messages)", history.in_dlq or polled["in_dlq"]),
    ]
    return [_chart(title, points, now) for title, points in series if points]


def _chart(title: str, points: Sequence[Point], now: datetime) -> Chart:
    step = -(-len(points) // MAXIMUM_POINTS)
    shown = [max(points[start : start + step], key=lambda each: each[1]) for start in range(0, len(points), step)]
    begin, highest = shown[0][0].astimezone(UTC), max(value for _, value in shown)
    length = max((now - begin).total_seconds(), 1.0)
    drawn = [
        (round((moment - begin).total_seconds() / length * WIDTH, 2), round(HEIGHT - value / (highest or 1) * HEIGHT, 2))
        for moment, value in shown
    ]
    drawn.append((WIDTH, drawn[-1][1]))  # the latest value still holds
    text = " ".join(f"{x:g},{y:g}" for x, y in drawn)
    return Chart(title, f"{points[-1][1]:,.0f}", f"{highest:,.0f}", f"{short_duration(length)} ago", text)

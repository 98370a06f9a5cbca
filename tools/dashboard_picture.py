"""docs/images/dashboard.svg: the dashboard's body drawn with made-up data, in light and dark."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from html import escape
from typing import Any

from queuesmith.constructs.dashboard_body import WIDTH, Row, body
from tools.drawing import STYLE as COMMON_STYLE
from tools.drawing import svg

COLUMN, LINE = 44, 24
"""Pixels of one column and of one line of the grid."""
MARGIN = 12
POINTS = 72
"""Five-minute periods: six hours."""
STYLE = (
    COMMON_STYLE
    + """
  .grid { stroke: #e3e6e6 } .good { fill: #1d8102 } .bad { fill: #d13212 } .state { fill: #fff }
  .head { font-size: 15px } polyline { fill: none; stroke-width: 1.5 } .limit { stroke-dasharray: 5 3; stroke-width: 1 }
  @media (prefers-color-scheme: dark) { .grid { stroke: #2a3645 } }
"""
)
_ALARMS = "dead-letter-depth dead-letter-expiry oldest-message-age expiry backlog time-to-drain errors error-rate throttles"
_ALARMS_IN_ALL = (*_ALARMS.split(), "duration", "concurrency", "page")
_BURST = 40
"""The period in which, in the made-up data, more is sent than is worked off."""


def picture() -> str:
    """The SVG."""
    rows = [
        Row(
            name,
            f"prod-{name}",
            f"prod-{name}-dlq",
            f"prod-{name}",
            30,
            50,
            [f"prod-{name}-{alarm}" for alarm in _ALARMS_IN_ALL],
        )
        for name in ("orders", "mail")
    ]
    widgets = json.loads(body("eu-central-1", rows))["widgets"]
    width = WIDTH * COLUMN + 2 * MARGIN
    height = max(widget["y"] + widget["height"] for widget in widgets) * LINE + 2 * MARGIN
    title = "The dashboard of a stack with two workers, with made-up data"
    return svg(width, height, title, (line for widget in widgets for line in _widget(widget)), STYLE)


def _widget(widget: dict[str, Any]) -> Iterator[str]:
    x, y = MARGIN + widget["x"] * COLUMN, MARGIN + widget["y"] * LINE
    width, height = widget["width"] * COLUMN - 8, widget["height"] * LINE - 8
    yield f'<g transform="translate({x},{y})">'
    if widget["type"] == "text":
        heading, detail = widget["properties"]["markdown"].split("\n")
        yield f'<text class="title head" x="4" y="18">{escape(heading.strip("# "))}</text>'
        yield f'<text class="label" x="4" y="34">{escape(detail.replace("`", ""))}</text>'
    else:
        yield f'<rect class="card" width="{width}" height="{height}" rx="6"/>'
        yield f'<text class="title" x="10" y="18">{escape(widget["properties"]["title"])}</text>'
        yield from (
            _states(widget["properties"], width) if widget["type"] == "alarm" else _graph(widget["properties"], width, height)
        )
    yield "</g>"


def _states(properties: dict[str, Any], width: float) -> Iterator[str]:
    a_row = 5
    cell = (width - 20) / a_row
    for index, alarm in enumerate(properties["alarms"]):
        x, y = 10 + index % a_row * cell, 28 + index // a_row * 26
        bad = alarm.endswith(("orders-dead-letter-depth", "orders-page"))
        yield f'<rect class="{"bad" if bad else "good"}" x="{x:.0f}" y="{y}" width="{cell - 6:.0f}" height="20" rx="3"/>'
        yield f'<text class="state" x="{x + 6:.0f}" y="{y + 14}">{escape(alarm)}</text>'


def _graph(properties: dict[str, Any], width: float, height: float) -> Iterator[str]:
    left, right, top, bottom = 34.0, width - 10, 28.0, height - 26
    for step in range(3):
        y = top + (bottom - top) * step / 2
        yield f'<line class="grid" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
    limits = [line["value"] for line in properties.get("annotations", {}).get("horizontal", ())]
    shown = [line for line in properties["metrics"] if line[-1].get("visible", True)]
    series = {line[-1]["label"]: (_series(line), line[-1]) for line in shown}
    ceilings: dict[str, float] = {}
    for values, options in series.values():
        side = options.get("yAxis", "left")
        ceilings[side] = max(ceilings.get(side, 1.0), *values, *(limits if side == "left" else ()))
    for side, x in (("left", left - 4), ("right", right)):
        if side in ceilings:
            offset = top - 2 if side == "right" else top + 4
            yield f'<text class="label" x="{x}" y="{offset}" text-anchor="end">{_short(ceilings[side])}</text>'
    for values, options in series.values():
        scale = (bottom - top) / (ceilings[options.get("yAxis", "left")] * 1.05)
        places = (f"{left + (right - left) * i / (POINTS - 1):.1f},{bottom - v * scale:.1f}" for i, v in enumerate(values))
        yield f'<polyline stroke="{options["color"]}" points="{" ".join(places)}"/>'
    for limit in limits:
        y = bottom - limit * (bottom - top) / (ceilings["left"] * 1.05)
        yield f'<polyline class="limit" stroke="#d62728" points="{left},{y:.1f} {right},{y:.1f}"/>'
    x = left
    for label, (_, options) in series.items():
        yield f'<rect x="{x:.0f}" y="{bottom + 9}" width="8" height="8" fill="{options["color"]}"/>'
        yield f'<text class="label" x="{x + 11:.0f}" y="{bottom + 17}">{escape(label)}</text>'
        x += 18 + 5.2 * len(label)


def _short(value: float) -> str:
    return f"{value / 1000:.0f}k" if value >= 10_000 else f"{value:.0f}"


def _series(line: list[Any]) -> list[float]:
    """Six hours of made-up data: a burst of messages in the middle, and a few that fail for good."""
    name, options = (line[1] if len(line) > 1 else "drain"), line[-1]
    queue = str(line[3]) if len(line) > 3 else ""
    noise = random.Random(f"{name} {queue} {options['label']}")  # noqa: S311 - it is a drawing
    bump = [math.exp(-(((index - _BURST) / 7) ** 2)) for index in range(POINTS)]
    late = [math.exp(-(((index - _BURST - 5) / 8) ** 2)) for index in range(POINTS)]
    dead = [3.0 if "orders" in queue and index > _BURST + 8 else 0.0 for index in range(POINTS)]
    shapes: dict[str, list[float]] = {
        "ApproximateNumberOfMessagesVisible": dead if queue.endswith("-dlq") else [4 + 900 * each for each in late],
        "ApproximateNumberOfMessagesNotVisible": [20 + 60 * each for each in late],
        "ApproximateAgeOfOldestMessage": [300.0 * max(0, i - _BURST - 8) if value else 0.0 for i, value in enumerate(dead)]
        if queue.endswith("-dlq")
        else [5 + 170 * each for each in late],
        "NumberOfMessagesSent": [300 + 700 * each for each in bump],
        "NumberOfMessagesDeleted": [300 + 560 * each for each in late],
        "drain": [10 + 420 * each for each in late],
        "Invocations": [40 + 70 * each for each in late],
        "Errors": [0.0] * POINTS,
        "Throttles": [0.0] * POINTS,
        "Duration": [{"p50": 420.0, "p99": 2_900.0, "Maximum": 6_500.0}[options["label"]]] * POINTS
        if name == "Duration"
        else [],
        "ConcurrentExecutions": [4 + 38 * each for each in late],
    }
    return [max(value * noise.uniform(0.88, 1.12), 0.0) if value > 3 else value for value in shapes[name]]

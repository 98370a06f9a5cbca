"""docs/images/backoff.svg: how long failed messages wait before each further receive, as the toolkit computes it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from queuesmith.capacity.charts import VEGA_LITE
from queuesmith_worker import HandlerSettings
from queuesmith_worker.backoff import delay

RECEIVES, MESSAGES = 9, 12
"""How many receive attempts are shown, and how many messages."""
INK, LINE, BLUE = "#545b64", "#d5dbdb", "#2f7ed8"
DARK = {INK: "#95a5b5", LINE: "#414d5c", "#f2f3f3": "#0f1b2a"}
"""The colours in a dark theme. BLUE is readable in both."""


def chart() -> str:
    """The chart, 860 pixels wide, with text of 13 pixels."""
    import vl_convert

    settings = HandlerSettings.from_environment({})
    base, cap = settings.worker_backoff_base, settings.worker_backoff_cap
    svg: str = vl_convert.vegalite_to_svg(_specification(base, cap), vl_version=VEGA_LITE)
    rules = "".join(
        f'[fill="{light}"] {{ fill: {dark} }} [stroke="{light}"] {{ stroke: {dark} }} ' for light, dark in DARK.items()
    )
    start, end, rest = svg.partition(">")
    title = "Each failed receive attempt doubles the upper bound of the random delay"
    return f"{start}{end}<title>{title}</title><style>@media (prefers-color-scheme: dark) {{ {rules}}}</style>{rest}\n"


def _delays(base: int, cap: int) -> Iterator[dict[str, Any]]:
    pick = random.Random(7).randint  # noqa: S311 - the same picture each time
    for receive in range(1, RECEIVES + 1):
        yield {"receive": receive, "bound": delay(receive, base, cap, lambda _, longest: longest)}
        for message in range(MESSAGES):
            yield {"receive": receive, "message": message, "delay": delay(receive, base, cap, pick)}


def _specification(base: int, cap: int) -> dict[str, Any]:
    """Sizes that would depend on the fonts of this machine are fixed, so that the file is the same on every machine."""
    x = {"field": "receive", "type": "ordinal", "title": "failed receive attempts", "axis": {"labelAngle": 0}}
    y: dict[str, Any] = {"type": "quantitative", "title": None, "axis": {"minExtent": 40, "maxExtent": 40, "tickCount": 6}}
    side_by_side = f"(datum.message - {(MESSAGES - 1) / 2}) * 6"
    text = [
        "Seconds until a failed message is received again. Each dot is a message: the delay is random, so messages that",
        f"failed together do not return together. The bar is the upper bound: {base} s, then twice as much, up to {cap} s.",
    ]
    return {
        "width": 786,
        "height": 260,
        "padding": {"left": 54, "right": 20, "top": 84, "bottom": 48},
        "autosize": "none",
        "background": "#f2f3f3",
        "title": {"text": text, "anchor": "start", "offset": 24, "fontSize": 13, "fontWeight": "normal", "frame": "bounds"},
        "data": {"values": list(_delays(base, cap))},
        "layer": [
            {
                "transform": [{"filter": "isValid(datum.bound)"}],
                "mark": {"type": "bar", "color": BLUE, "opacity": 0.25},
                "encoding": {"x": x, "y": {**y, "field": "bound"}},
            },
            {
                "transform": [{"filter": "isValid(datum.bound)"}],
                "mark": {"type": "text", "dy": -9, "color": INK, "fontSize": 13},
                "encoding": {"x": x, "y": {**y, "field": "bound"}, "text": {"field": "bound"}},
            },
            {
                "transform": [{"filter": "isValid(datum.delay)"}],
                "mark": {"type": "circle", "color": BLUE, "opacity": 0.8, "size": 34, "xOffset": {"expr": side_by_side}},
                "encoding": {"x": x, "y": {**y, "field": "delay"}},
            },
        ],
        "config": {
            "font": "system-ui, Helvetica Neue, Arial, sans-serif",
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": 13,
                "titleFontSize": 13,
                "titleFontWeight": "normal",
                "titlePadding": 12,
                "labelColor": INK,
                "titleColor": INK,
                "gridColor": LINE,
                "domainColor": LINE,
                "tickColor": LINE,
            },
            "title": {"color": INK},
        },
    }

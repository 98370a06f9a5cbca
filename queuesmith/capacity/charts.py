"""Predictions as charts over time: a Vega-Lite specification. Nothing is drawn here."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from queuesmith.capacity import costs
from queuesmith.capacity.answer import answer
from queuesmith.capacity.prediction import Prediction
from queuesmith.capacity.run import Series
from queuesmith.rules.alarms import AGE, DEPTH

POINTS = 600
"""The most points of a line. A point stands for several steps if there are more, and has their highest value."""
VEGA_LITE = "6.1"
"""The version that the specification is for. Version 6.4 leaves text out of the tooltip of the nearest point."""
_TITLES = {
    "arrivals": "Arrivals, messages/s",
    "backlog": "Backlog, messages",
    "age": "Age of the oldest message in CloudWatch, seconds (dashed: the true age)",
    "concurrency": "Concurrency, batches",
    "dead": "Messages in the DLQ",
    "cost": "Cost since the start, USD (without alarms and log storage)",
}
_STATES = {"backlog": "visible", "age": "metric_age", "concurrency": "concurrency", "dead": "dead"}
"""The charts that show a range, and the series of each."""
_ALARMS = {"backlog": f"{DEPTH} of queue", "age": f"{AGE} of queue", "dead": f"{DEPTH} of dead_letter_queue"}
"""The charts that show thresholds, and the metric of the alarms."""
_COLORS = ("#2f7ed8", "#e8820c", "#2ca05a", "#c04fb5", "#a0803c", "#17a2b8", "#8a7ff0", "#e0567a")
"""Readable on white and on dark gray."""
_LEGEND: dict[str, Any] = {"orient": "top", "title": None, "labelLimit": 0, "symbolType": "stroke", "symbolStrokeWidth": 3}
_UNITS = ((3 * 3_600, 60, "minutes"), (3 * 86_400, 3_600, "hours"), (math.inf, 86_400, "days"))
"""Up to how many seconds the time axis has which unit."""


def specification(predictions: Mapping[str, Prediction], *, tooltips: bool) -> dict[str, Any]:
    """Return a Vega-Lite specification with one chart for each of arrivals, backlog, age, concurrency, DLQ and cost.

    Parameters
    ----------
    predictions
        The predictions by the name in the legend, for the same workload. The first is that of the current settings.
    tooltips
        Whether the nearest point shows its values. Only for pages: it adds a mark for each point.

    """
    now = next(iter(predictions.values()))
    unit, title = next((size, name) for limit, size, name in _UNITS if now.workload.until <= limit)
    rows = [row for name, each in predictions.items() for row in _rows(name, each, unit)]
    names = [name for name in _TITLES if name in rows[0]]
    shared: dict[str, Any] = {
        "x": {"field": "time", "type": "quantitative", "title": None, "scale": {"domain": [0, now.workload.until / unit]}},
        "color": {
            "field": "settings",
            "type": "nominal",
            "scale": {"domain": list(predictions), "range": [_COLORS[n % len(_COLORS)] for n in range(len(predictions))]},
            "legend": _LEGEND if len(predictions) > 1 else None,
        },
    }
    charts = [_chart(name, _thresholds(name, now, rows), shared, tooltips=tooltips) for name in names]
    for layer in charts[-1]["layer"]:
        if layer["encoding"].get("x") == shared["x"]:
            layer["encoding"]["x"] = {**shared["x"], "title": f"{title} from the start"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": {"text": f"{now.name}: predicted", "subtitle": _lines(answer(now)), "offset": 16},
        "data": {"values": rows},
        "vconcat": charts,
        "config": {
            "legend": {"symbolOpacity": 1},
            "view": {"stroke": None},
            "axis": {"gridOpacity": 0.3},
            "title": {"anchor": "start", "frame": "group"},
        },
    }


def _rows(settings: str, prediction: Prediction, unit: float) -> Iterator[dict[str, Any]]:
    """The values of one prediction: a row for each point, with the lowest and highest value of each range."""
    series, step = prediction.run.series, prediction.run.series.step
    count = len(series.visible)
    size = math.ceil(count / POINTS)
    ends = (series, prediction.best_series, prediction.worst_series)
    cost = costs.over_time(
        prediction.run, prediction.parameters, prediction.workload, prediction.profile.assume(), prediction.costs
    )
    for start in range(0, count, size):
        stop = min(start + size, count)
        row: dict[str, Any] = {"settings": settings, "time": _rounded(stop * step / unit, 6)}
        row["arrivals"] = _rounded(sum(series.sent[start:stop]) / ((stop - start) * step))
        for name, field in _STATES.items():
            likely, *others = (_highest(each, field, start, stop) for each in ends)
            row |= {name: likely, f"{name}_low": min(likely, *others), f"{name}_high": max(likely, *others)}
        row["true age"] = _highest(series, "age", start, stop)
        if cost:
            row["cost"] = _rounded(cost[stop - 1])
        yield row


def _highest(series: Series, field: str, start: int, stop: int) -> float:
    return _rounded(max(getattr(series, field)[start:stop]))


def _rounded(value: float, digits: int = 4) -> float:
    return float(f"{round(value, 6):.{digits}g}")


def _thresholds(name: str, now: Prediction, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lowest threshold of a chart, and the others if the values come near them: the lines would be flat otherwise."""
    alarms = [(each.threshold, each.address) for each in now.alarms if each.threshold and each.metric == _ALARMS.get(name)]
    if not alarms:
        return []
    near = max(3 * max(row[f"{name}_high"] for row in rows), min(alarms)[0])
    return [
        {"threshold": threshold, "label": f"alarm {address.removeprefix('alarms.')}: {threshold:,.10g}"}
        for threshold, address in sorted(alarms)
        if threshold <= near
    ]


def _chart(name: str, thresholds: Sequence[dict[str, Any]], shared: dict[str, Any], *, tooltips: bool) -> dict[str, Any]:
    """One chart: the range as a band, the likely values as a line, and the thresholds of the alarms."""

    def drawn(mark: dict[str, Any], field: str, **more: Any) -> dict[str, Any]:
        return {"mark": mark, "encoding": {**shared, "y": {"field": field, "type": "quantitative", "title": None}, **more}}

    layers = [drawn({"type": "line", "strokeWidth": 1.8}, name)]
    if name in _STATES:
        layers.append(drawn({"type": "area", "opacity": 0.2}, f"{name}_low", y2={"field": f"{name}_high"}))
    if name == "age":
        layers.append(drawn({"type": "line", "strokeWidth": 1.2, "strokeDash": [4, 3]}, "true age"))
    if thresholds:
        layers += _rules(thresholds)
    if tooltips:
        layers.append(_tooltip(name, drawn({"type": "point", "filled": True, "size": 60}, name)))
    return {"title": {"text": _TITLES[name], "fontSize": 12}, "width": 760, "height": 130, "layer": layers}


def _rules(thresholds: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    y = {"field": "threshold", "type": "quantitative", "title": None}
    color = {"value": "#e03c3e"}
    data = {"values": list(thresholds)}
    yield {"data": data, "mark": {"type": "rule", "strokeDash": [6, 3]}, "encoding": {"y": y, "color": color}}
    text = {"type": "text", "align": "right", "baseline": "bottom", "dy": -2}
    label = {"field": "label", "type": "nominal"}
    yield {"data": data, "mark": text, "encoding": {"y": y, "x": {"value": "width"}, "text": label, "color": color}}


def _tooltip(name: str, layer: dict[str, Any]) -> dict[str, Any]:
    """Show the values of the point that is nearest to the pointer."""
    hover = f"hover_{name}"
    fields = ["time", name, *([f"{name}_low", f"{name}_high"] if name in _STATES else [])]
    if name == "age":
        fields.append("true age")
    layer["params"] = [
        {"name": hover, "select": {"type": "point", "on": "pointermove", "clear": "pointerout", "nearest": True}},
    ]
    layer["encoding"]["opacity"] = {"condition": {"param": hover, "empty": False, "value": 1}, "value": 0}
    values = [{"field": each, "type": "quantitative", "format": ",.4~r", "title": each.replace("_", ", ")} for each in fields]
    layer["encoding"]["tooltip"] = [{"field": "settings", "type": "nominal"}, *values]
    return layer


def _lines(text: str) -> list[str]:
    """A sentence group in lines that are as wide as the charts."""
    return textwrap.wrap(text, 130)

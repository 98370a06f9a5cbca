"""Draws charts as SVG. Runs in a separate environment, with matplotlib.

    python charts.py FOLDER PREFIX < CHARTS

CHARTS is JSON. Each named chart is `bars` with `values`, `lines` over `x` with `series` of points, or stacked `panels` over one
`x`. Each becomes PREFIX-NAME.svg.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot

INK, BLUE, ORANGE = "#7f7f7f", "#1f77b4", "#ff7f0e"
"""A grey that is readable on white and on black."""
mpl.rcParams |= {
    "svg.fonttype": "none",
    "svg.hashsalt": "queuesmith",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


def bars(chart: Any) -> None:
    """Draw horizontal bars, each with its value."""
    names, values = zip(*reversed(chart["values"].items()), strict=True)
    figure, axes = pyplot.subplots(figsize=(7, 0.5 * len(names) + 0.8))
    drawn = axes.barh(names, values, color=[BLUE if name == "ours" else INK for name in names])
    axes.bar_label(drawn, labels=[f"{value:.2f} {chart['unit']}" for value in values], padding=4, color=INK)
    axes.set_xlim(0, max(values) * 1.15)
    axes.set_xlabel(chart["unit"])
    figure.tight_layout()


def lines(chart: Any) -> None:
    """Draw lines with logarithmic axes. A straight line of slope 1 is proportional growth."""
    figure, axes = pyplot.subplots(figsize=(7, 3.2))
    for (name, points), color in zip(chart["series"].items(), (BLUE, ORANGE), strict=False):
        axes.plot(*zip(*points, strict=True), marker="o", color=color, label=name)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(chart["x"])
    axes.legend(labelcolor=INK)
    figure.tight_layout()


def panels(chart: Any) -> None:
    """Draw one panel for each series, from 0."""
    figure, every = pyplot.subplots(len(chart["series"]), figsize=(7, 1.9 * len(chart["series"])), sharex=True)
    for axes, (name, points), color in zip(every, chart["series"].items(), (BLUE, ORANGE), strict=False):
        axes.plot(*zip(*points, strict=True), color=color)
        axes.set_ylim(bottom=0)
        axes.set_title(name, loc="left", fontsize=10, color=INK)
    every[-1].set_xlabel(chart["x"])
    figure.tight_layout()


def main(folder: Path, prefix: str) -> None:
    """Draw every chart."""
    for name, chart in json.load(sys.stdin).items():
        {"bars": bars, "lines": lines, "panels": panels}[chart["kind"]](chart)
        pyplot.savefig(folder / f"{prefix}-{name}.svg", transparent=True, metadata={"Date": None})
        pyplot.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

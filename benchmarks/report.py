"""Tables for the terminal and docs/benchmarks.md, with their charts."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from queuesmith.local.python_environments import environment_python

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Section:
    """One table."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    charts: Mapping[str, Any] = field(default_factory=dict)
    """The charts below the table, by the name of the picture (`charts.py`)."""

    def markdown(self) -> str:
        """The table as Markdown."""
        lines = [f"## {self.title}", "", _row(self.columns), _row(["---", *["---:"] * (len(self.columns) - 1)])]
        lines += [_row(row) for row in self.rows]
        pictures = [f"![{self.title}](images/bench-{name}.svg)" for name in self.charts]
        return "\n".join([*lines, *(line for part in (self.note, *pictures) if part for line in ("", part)), ""])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def seconds(values: Sequence[float], digits: int = 0) -> str:
    """Seconds as milliseconds: median (min to max)."""
    return spread([value * 1000 for value in values], digits)


def spread(values: Sequence[float], digits: int) -> str:
    """Median (min to max)."""
    middle, least, largest = (f"{value:,.{digits}f}" for value in (median(values), min(values), max(values)))
    return f"{middle} ({least} to {largest})"


def against_target(value: float, target: float) -> str:
    """The target, and whether it was met."""
    return f"{target:g}: {'met' if value <= target else 'missed'}"


def draw(charts: Mapping[str, Any], prefix: str) -> None:
    """Draw charts into docs/images with `charts.py`, which runs in a separate environment."""
    command = [
        str(environment_python(ROOT, "charts")),
        str(ROOT / "benchmarks" / "charts.py"),
        str(ROOT / "docs" / "images"),
        prefix,
    ]
    subprocess.run(command, input=json.dumps(charts), text=True, check=True)


def machine() -> str:
    """The day, and a description of the machine."""
    day = datetime.now(UTC).date().isoformat()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{day}, on {os.cpu_count()} processors ({_processor()}), {memory:.0f} GiB, {system}"


def _processor() -> str:
    """The processor's model, or its type if the system does not name the model."""
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def page(sections: Sequence[Section]) -> str:
    """docs/benchmarks.md."""
    head = [
        "# Benchmarks",
        "",
        "Written by `make bench` in one run. The programs of each comparison run alternately. Between machines, compare only",
        f"the ratios. Run: {machine()}.",
        "",
    ]
    return "\n".join([*head, *(section.markdown() for section in sections)])

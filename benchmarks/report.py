"""Tables for the terminal and for docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median


@dataclass(frozen=True)
class Section:
    """One table."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def markdown(self) -> str:
        """The table for the page."""
        lines = [f"## {self.title}", "", _row(self.columns), _row(["---", *["---:"] * (len(self.columns) - 1)])]
        lines += [_row(row) for row in self.rows]
        return "\n".join([*lines, *(["", self.note] if self.note else []), ""])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def seconds(values: Sequence[float], digits: int = 0) -> str:
    """Milliseconds out of seconds: median (least to most)."""
    shown = [f"{value * 1000:.{digits}f}" for value in (median(values), min(values), max(values))]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"


def machine() -> str:
    """What it ran on."""
    kind = platform.processor() or platform.machine()
    day = datetime.now(UTC).date().isoformat()
    return f"{day}, {os.cpu_count()} processors ({kind}), {platform.system()}, Python {platform.python_version()}"


def page(sections: Sequence[Section]) -> str:
    """docs/benchmarks.md."""
    head = [
        "# Benchmarks",
        "",
        "Written by `make bench`, which measured it all in one run: the two sides of a ratio alternate. On another machine",
        f"only the ratios mean anything. This one: {machine()}.",
        "",
    ]
    return "\n".join([*head, *(section.markdown() for section in sections)])

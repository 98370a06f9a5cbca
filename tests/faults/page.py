"""Writes docs/reliability.md from the suite's results. The text is in reliability.md in this folder."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import Any

from benchmarks.report import draw, machine
from tests.conftest import ROOT
from tests.faults.load import MAX_WAITING

PAGE = ROOT / "docs" / "reliability.md"
WORDS = Path(__file__).with_name("reliability.md")


def write(results: Path, seconds: float) -> Path:
    """Write the page, and the picture of the soak."""
    (soak,) = _lines(results / "soak.jsonl")
    _draw(soak)
    account, sizes = soak["account"], [size for _, size, _ in soak["series"] if size]
    values = {
        "minutes": f"{seconds / 60:.0f}",
        "machine": machine(),
        "faults": "\n".join(sorted(map(_row, _lines(results / "faults.jsonl")))),
        "moves": "\n".join(map(_move, _lines(results / "moves.jsonl"))),
        "messages": f"{account['messages']:,}",
        "written": f"{account['written']:,}",
        **{name: f"{account[name]:,}" for name in ("dead", "lost", "twice")},
        **{name: f"{soak[name]:.2f}" for name in ("p50", "p95", "p99", "grown")},
        "seconds": f"{soak['seconds']:.0f}",
        "rate": f"{account['messages'] / soak['seconds']:.0f}",
        "most_waiting": f"{MAX_WAITING:,}",
        "least": f"{min(sizes):.0f}",
        "most": f"{max(sizes):.0f}",
        "counts": "\n".join(_counts(results)),
        "alarms": "\n".join(map(_alarm, _lines(results / "alarms.jsonl"))),
    }
    PAGE.write_text(Template(WORDS.read_text()).substitute(values))
    return PAGE


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def _row(line: dict[str, Any]) -> str:
    account = line["account"]
    counts = " | ".join(f"{account[name]:,}" for name in ("messages", "sent", "written", "dead", "copies", "begun"))
    return f"| {line['fault']} | {counts} | `{line['broken']}`: {line['shown']} |"


def _move(line: dict[str, Any]) -> str:
    counts = " | ".join(str(line[name]) for name in ("messages", "moved", "left", "status"))
    return f"| {line['case']} | {counts} | `{line['mistake']}`: {line['shown']} |"


def _alarm(line: dict[str, Any]) -> str:
    minutes = f"{line['to_alarm']} | {line['to_ok']}"
    return f"| {line['alarm']} | {line['at']} | {line['below']} | {line['source']} | {minutes} | {line['received']} |"


def _counts(results: Path) -> list[str]:
    lines = [line for path in results.glob("counts*.jsonl") for line in _lines(path)]
    return sorted(f"| {line['what']} | {line['count']:,} {line['of']} |" for line in lines)


def _draw(soak: dict[str, Any]) -> None:
    series = soak["series"]
    chart = {
        "kind": "panels",
        "x": "seconds",
        "series": {
            "memory of the largest handler process, MB": [(at, size) for at, size, _ in series],
            "orders written a second": [(b[0], (b[2] - a[2]) / (b[0] - a[0])) for a, b in pairwise(series)],
        },
    }
    draw({"soak": chart}, "prove")

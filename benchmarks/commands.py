"""`queuesmith check` on plans of different sizes, and the start-up time of the programs."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.processes import Command, alternate, medians
from benchmarks.report import ROOT, Section, against_target, spread
from benchmarks.synth import environment, project
from tests.plans import generated_plan

ROUNDS = 7
RESOURCES = (100, 1_000, 10_000)
RESOURCES_PER_PIPELINE = 20
"""The number of resources of a generated pipeline."""
HELP_TARGET = 0.25
"""The target for `queuesmith --help`, in seconds."""


def measure() -> list[Section]:
    """Both tables. Takes about one minute."""
    return [_check(), _start_up()]


def _check() -> Section:
    with tempfile.TemporaryDirectory(prefix="queuesmith-bench-") as name:
        folder = Path(name)
        commands = {}
        for count in RESOURCES:
            (folder / f"{count}.json").write_text(json.dumps(generated_plan(count // RESOURCES_PER_PIPELINE)))
            arguments = [sys.executable, "-m", "queuesmith", "check", f"{count}.json", "--date", "2026-11-23"]
            commands[str(count)] = Command(arguments, folder, environment(PYTHONPATH=str(ROOT)), frozenset({0, 1}))
        found = alternate(commands, ROUNDS)
    rows = []
    for count in RESOURCES:
        runs = found[str(count)]
        each = medians(runs).seconds / count * 1000
        cells = (spread([run.seconds for run in runs], 2), spread([run.peak for run in runs], 0))
        rows.append((f"{count:,}", *cells, f"{each:.2f}"))
    title = f"queuesmith check, on generated plans: median (min to max) of {ROUNDS} alternating rounds"
    chart = {
        "kind": "lines",
        "x": "resources",
        "series": {"s": [[count, medians(found[str(count)]).seconds] for count in RESOURCES]},
    }
    return Section(title, ("resources", "s", "peak memory, MB", "ms per resource"), rows, "", {"check": chart})


def _start_up() -> Section:
    with project() as folder:
        variables = environment(ENVIRONMENTS="dev")
        commands = {
            "python -c pass": Command([sys.executable, "-c", "pass"], folder, variables),
            "queuesmith --help": Command([sys.executable, "-m", "queuesmith", "--help"], folder, variables),
            "main.py --check": Command([sys.executable, "main.py", "--check"], folder, variables),
        }
        found = alternate(commands, ROUNDS)
    rows = []
    for name, runs in found.items():
        target = against_target(medians(runs).seconds, HELP_TARGET) if name == "queuesmith --help" else ""
        rows.append((name, spread([run.seconds for run in runs], 3), target))
    title = f"Start-up of programs: median (min to max) of {ROUNDS} alternating rounds"
    note = "`main.py --check` reads and checks the settings of one environment. It does not start Node."
    return Section(title, ("", "s", "target, s"), rows, note)

"""Synth of the sample compared with ordinary imports, AWS CDK and cdktn, and synth of increasing numbers of workers."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.processes import Command, Measurement, alternate, medians
from benchmarks.report import ROOT, Section, against_target, spread
from queuesmith.local.python_environments import environment_python
from tests.conftest import Project

OTHERS = ROOT / "benchmarks" / "others"
ROUNDS, ROUNDS_OF_GROWTH = 5, 5
WORKERS = (1, 10, 100, 1_000)
TARGETS = {"ordinary imports": (0.075, 0.27), "AWS CDK": (0.3, None), "cdktn": (None, None)}
"""The targets: the largest share of each tool's time and memory."""
RESOURCE_TARGET = 1.0
"""The target for one resource, in ms."""


def environment(**more: str) -> dict[str, str]:
    """This process's environment without its settings for Node and Python, so that Python stores its bytecode."""
    ours = {"JSII_NODE", "JSII_RUNTIME", "NODE_OPTIONS", "NODE_COMPILE_CACHE", "CDKTF_OUTDIR", "ENVIRONMENTS"}
    python = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH"}
    return {**{key: value for key, value in os.environ.items() if key not in ours | python}, **more}


@contextmanager
def project() -> Iterator[Path]:
    """The sample's project with its package built."""
    from queuesmith.packaging.build import CACHE, build_zip
    from queuesmith.packaging.platforms import Platform

    with tempfile.TemporaryDirectory(prefix="queuesmith-bench-") as name:
        folder = Project(Path(name) / "project").folder
        build_zip(ROOT / "handlers" / "orders", folder / "build" / "orders.zip", Platform("arm64", "3.13"), cache=ROOT / CACHE)
        yield folder


def measure() -> list[Section]:
    """Both tables. Takes about five minutes."""
    with project() as folder:
        return [_compare(folder), _growth(folder)]


def _synth(folder: Path, name: str, **variables: str) -> Command:
    return Command([sys.executable, "main.py"], folder, environment(ENVIRONMENTS=name, **variables))


def _compare(folder: Path) -> Section:
    node = os.environ["JSII_NODE"]  # `queuesmith.constructs` has set it; tests.conftest imports that package
    ours = _synth(folder, "dev")
    ours.run()
    stack = folder / "stack.json"
    shutil.copy(folder / "cdktf.out" / "stacks" / "dev" / "cdk.tf.json", stack)
    commands = {
        "ours": ours,
        "ordinary imports": _synth(folder, "dev", QUEUESMITH_EAGER_BINDINGS="1"),
        "AWS CDK": Command(
            [environment_python(ROOT, "aws-cdk"), OTHERS / "with_aws_cdk.py", folder / "build" / "orders.zip", folder / "cdk"],
            folder,
            environment(JSII_NODE=node),
        ),
        "cdktn": Command(
            [environment_python(ROOT, "cdktn"), OTHERS / "with_cdktn.py", stack, folder / "cdktn"],
            folder,
            environment(JSII_NODE=node),
        ),
    }
    found = alternate(commands, ROUNDS)
    mine = medians(found["ours"])
    rows = [("ours", *_measured(found["ours"]), "", "")]
    for name, (time_target, memory_target) in TARGETS.items():
        other = medians(found[name])
        time = _ratio(mine.seconds / other.seconds, time_target)
        memory = _ratio(mine.peak / other.peak, memory_target)
        rows.append((name, *_measured(found[name]), time, memory))
    title = f"Synth of one environment with one worker: median (min to max) of {ROUNDS} alternating rounds"
    chart = {"kind": "bars", "unit": "s", "values": {name: medians(runs).seconds for name, runs in found.items()}}
    note = (
        "Whole processes: Python, Node and their child processes, all with the same Node 24. *Ordinary imports*: the same "
        "stack without `fast_cdktf`. *AWS CDK*: the same pipeline with CDK's own constructs. *cdktn*: the same resources with "
        "`cdktn-aws`, whose bindings are one module per service. Only ours also reads and checks settings."
    )
    columns = ("", "s", "peak memory, MB", "our time / its time", "our memory / its memory")
    return Section(title, columns, rows, note, {"synth": chart})


def _measured(runs: list[Measurement]) -> tuple[str, str]:
    return spread([run.seconds for run in runs], 2), spread([run.peak for run in runs], 0)


def _ratio(ratio: float, target: float | None) -> str:
    if target is None:
        return f"{ratio:.3f}"
    return f"{ratio:.3f} (target {against_target(ratio, target)})"


def _growth(folder: Path) -> Section:
    for count in WORKERS:
        (folder / "config" / f"many{count}.toml").write_text(_more_workers(count))
    runs = alternate({str(count): _synth(folder, f"many{count}") for count in WORKERS}, ROUNDS_OF_GROWTH)
    sizes = {count: _resources(folder / "cdktf.out" / "stacks" / f"many{count}" / "cdk.tf.json") for count in WORKERS}
    points = {count: medians(runs[str(count)]) for count in WORKERS}
    first = WORKERS[0]
    rows = []
    for count in WORKERS:
        cost = memory = ""
        if more := sizes[count] - sizes[first]:
            each = (points[count].seconds - points[first].seconds) / more * 1000
            cost = f"{each:.2f} (target {against_target(each, RESOURCE_TARGET)})"
            memory = f"{(points[count].peak - points[first].peak) / more * 1000:.0f}"
        rows.append((str(count), f"{sizes[count]:,}", *_measured(runs[str(count)]), cost, memory))
    title = f"Synth of more workers: median (min to max) of {ROUNDS_OF_GROWTH} alternating rounds"
    note = (
        "The sample's worker, repeated in one environment: 23 resources and data sources, and 9 outputs each. The time per "
        "resource is the increase over the first row, and includes the outputs. The first few hundred resources take longer "
        "than later ones, because Node compiles code only after it has run it often."
    )
    chart = {
        "kind": "lines",
        "x": "resources",
        "series": {
            "s": [[sizes[count], points[count].seconds] for count in WORKERS],
            "peak memory, 100 MB": [[sizes[count], points[count].peak / 100] for count in WORKERS],
        },
    }
    columns = ("workers", "resources", "s", "peak memory, MB", "ms per resource", "kB per resource")
    return Section(title, columns, rows, note, {"growth": chart})


def _more_workers(count: int) -> str:
    worker = """
[workers.orders{number}]
function = {{ timeout = 3, artifact.zip = "build/orders.zip" }}
failures = {{ send_to_dlq_immediately = true, backoff = {{ base = 1, cap = 10 }} }}
source = {{ maximum_concurrency = 5 }}
tables.orders = {{ operations = ["PutItem"], variable = "ORDERS_TABLE" }}
"""
    return "".join(worker.format(number=number) for number in range(1, count))


def _resources(path: Path) -> int:
    stack = json.loads(path.read_text())
    return sum(len(named) for section in ("resource", "data") for named in stack.get(section, {}).values())

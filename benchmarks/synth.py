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

from benchmarks.processes import Command, Took, alternate, middle
from benchmarks.report import ROOT, Section, reach, shown
from queuesmith.local.python_environments import environment_python
from tests.conftest import Project

OTHERS = ROOT / "benchmarks" / "others"
ROUNDS, ROUNDS_OF_GROWTH = 5, 5
WORKERS = (1, 10, 100, 1_000)
TARGETS = {"ordinary imports": (0.075, 0.27), "AWS CDK": (0.3, None), "cdktn": (None, None)}
"""The targets: the largest share of each tool's time and memory."""
MOST_A_RESOURCE = 1.0
"""The target for one resource, in ms."""


def environment(**more: str) -> dict[str, str]:
    """The environment without this process's settings for Node and Python, so that Python stores its bytecode."""
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
        return [_beside_others(folder), _growth(folder)]


def _synth(folder: Path, environment_: str, **variables: str) -> Command:
    given = environment(ENVIRONMENTS=environment_, **variables)
    return Command([sys.executable, "main.py"], folder, given)


def _beside_others(folder: Path) -> Section:
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
    mine = middle(found["ours"])
    rows = [("ours", *_measured(found["ours"]), "", "")]
    for name, (most_time, most_memory) in TARGETS.items():
        other = middle(found[name])
        time = _share(mine.seconds / other.seconds, most_time)
        memory = _share(mine.peak / other.peak, most_memory)
        rows.append((name, *_measured(found[name]), time, memory))
    title = f"Synth of one environment of one worker: median (least to most) of {ROUNDS} alternating rounds"
    chart = {"kind": "bars", "unit": "s", "values": {name: middle(runs).seconds for name, runs in found.items()}}
    note = (
        "Whole processes: Python, Node, and what they start. *Ordinary imports* are the same stack with all that makes it fast "
        "switched off, apart from Node 24; *AWS CDK* is the same pipeline by its own constructs; *cdktn* makes the same "
        "resources with `cdktn-aws`, whose bindings are one module a service. All on the same Node 24; ours reads and judges "
        "the settings too."
    )
    columns = ("", "s", "peak memory, MB", "ours: share of its time", "of its memory")
    return Section(title, columns, rows, note, {"synth": chart})


def _measured(runs: list[Took]) -> tuple[str, str]:
    return shown([run.seconds for run in runs], 2), shown([run.peak for run in runs], 0)


def _share(share: float, most: float | None) -> str:
    if most is None:
        return f"{share:.3f}"
    return f"{share:.3f} (reach: {reach(share, most)})"


def _growth(folder: Path) -> Section:
    for count in WORKERS:
        (folder / "config" / f"many{count}.toml").write_text(_many(count))
    runs = alternate({str(count): _synth(folder, f"many{count}") for count in WORKERS}, ROUNDS_OF_GROWTH)
    sizes = {count: _resources(folder / "cdktf.out" / "stacks" / f"many{count}" / "cdk.tf.json") for count in WORKERS}
    points = {count: middle(runs[str(count)]) for count in WORKERS}
    first = WORKERS[0]
    rows = []
    for count in WORKERS:
        cost = memory = ""
        if more := sizes[count] - sizes[first]:
            each = (points[count].seconds - points[first].seconds) / more * 1000
            cost = f"{each:.2f} (reach: {reach(each, MOST_A_RESOURCE)})"
            memory = f"{(points[count].peak - points[first].peak) / more * 1000:.0f}"
        rows.append((str(count), f"{sizes[count]:,}", *_measured(runs[str(count)]), cost, memory))
    title = f"Synth of more workers: median (least to most) of {ROUNDS_OF_GROWTH} alternating rounds"
    note = (
        "The sample's worker, again and again in one environment: 22 resources and 9 outputs each. What a resource costs is "
        "counted from the first row on, outputs included in its time. The first hundreds cost more than the later ones: Node "
        "compiles what it runs often only when it has run it often."
    )
    chart = {
        "kind": "lines",
        "x": "resources",
        "series": {
            "s": [[sizes[count], points[count].seconds] for count in WORKERS],
            "peak memory, 100 MB": [[sizes[count], points[count].peak / 100] for count in WORKERS],
        },
    }
    columns = ("workers", "resources", "s", "peak memory, MB", "ms a resource", "kB a resource")
    return Section(title, columns, rows, note, {"growth": chart})


def _many(count: int) -> str:
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

"""The handler compared with plain Powertools: start, time for each record, and package size."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.report import ROOT, Section, seconds
from queuesmith.capacity.prices import PRICES
from queuesmith.local.python_environments import environment_python
from queuesmith.packaging.build import CACHE, build_zip
from queuesmith.packaging.platforms import Platform

ROUNDS = 15
BATCH, GIGABYTES = 10, 0.25
REGION = "us-east-1"
"""The region of the prices."""
LEAST_FACTOR = 8
"""How much faster 10 messages must be simultaneously."""
PLAIN, OURS = "benchmarks.plain.main", "handlers.orders.main"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "ORDERS_TABLE": "orders",
    "POWERTOOLS_SERVICE_NAME": "bench-orders",
    "LAMBDA_TASK_ROOT": "/var/task",
}


def measure() -> list[Section]:
    """All measurements. Takes about two minutes."""
    with tempfile.TemporaryDirectory(prefix="queuesmith-bench-") as folder:
        task = Path(folder) / "task"
        package = build_zip(ROOT / "handlers" / "orders", Path(folder) / "orders.zip", Platform())
        with zipfile.ZipFile(package.path) as archive:
            archive.extractall(task)
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "benchmarks", task / "benchmarks", ignore=ignore)
        return [_cold_starts(task), _records(task), _waiting(task), _package_size()]


def _package_size() -> Section:
    """The size of the package for AWS, by its parts."""
    with tempfile.TemporaryDirectory(prefix="queuesmith-bench-") as folder:
        package = build_zip(
            ROOT / "handlers" / "orders", Path(folder) / "orders.zip", Platform("arm64", "3.13"), cache=ROOT / CACHE
        )
        parts: dict[str, list[int]] = {}
        with zipfile.ZipFile(package.path) as archive:
            for entry in archive.infolist():
                name = entry.filename.split("/")[0].split("-")[0].removesuffix(".py")
                part = parts.setdefault("handlers" if name == "main" else name, [0, 0])
                part[0] += entry.compress_size
                part[1] += entry.file_size
        by_size = sorted(parts.items(), key=lambda part: -part[1][0])
        rows = [(name, _megabytes(zipped), _megabytes(whole)) for name, (zipped, whole) in by_size]
        whole = sum(part[1] for part in parts.values())
        rows.append(("whole zip", _megabytes(package.size), _megabytes(whole)))
        return Section("Package size (arm64, Python 3.13), in MB", ("part", "zipped", "unzipped"), rows)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.2f}"


def _run(task: Path, *arguments: str) -> Any:
    command = [str(environment_python(ROOT, "runtime")), "-B", "-m", *arguments]
    result = subprocess.run(command, cwd=task, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{result.stderr}")
    return json.loads(result.stderr.splitlines()[-1])


def _cold_starts(task: Path) -> Section:
    found: dict[str, list[dict[str, float]]] = {PLAIN: [], OURS: []}
    for number in range(ROUNDS + 1):
        for name in (PLAIN, OURS) if number % 2 else (OURS, PLAIN):
            measured = _run(task, "benchmarks.cold_start", name)
            if number:  # the first round warms the machine's caches
                found[name].append(measured)
    rows = []
    for what, keys in (("import", ("import",)), ("first invocation, 10 records", ("first",)), ("both", ("import", "first"))):
        plain, ours = ([sum(each[key] for key in keys) for each in found[name]] for name in (PLAIN, OURS))
        rows.append((what, seconds(plain), seconds(ours), f"{median(ours) / median(plain):.2f}"))
    plain, ours = ([each["peak"] for each in found[name]] for name in (PLAIN, OURS))
    rows.append(("peak memory, MB", f"{median(plain):.0f}", f"{median(ours):.0f}", f"{median(ours) / median(plain):.2f}"))
    title = f"Handler start, in ms: median (min to max) of {ROUNDS} alternating processes, without compiled bytecode"
    return Section(title, ("", "Powertools only", "ours", "ratio"), rows)


def _waiting(task: Path) -> Section:
    """Batches whose messages wait, one after the other and simultaneously."""
    ways = {("1", "threads"): "one after the other", ("10", "threads"): "10 threads", ("10", "coroutines"): "10 coroutines"}
    rows = []
    slowest = 0.0
    for (concurrency, kind), title in ways.items():
        found = _run(task, "benchmarks.waiting", concurrency, kind)
        each = median(found["seconds"])
        slowest = slowest or each
        invocations = 1_000_000 / BATCH
        cost = _usd("lambda.arm64.gb_seconds", invocations * each * GIGABYTES) + _usd("lambda.requests", invocations)
        factor = slowest / each
        goal = f" (target {LEAST_FACTOR}: {'met' if factor >= LEAST_FACTOR else 'missed'})" if concurrency != "1" else ""
        rows.append((title, f"{BATCH / each:,.0f}", f"{factor:.1f}{goal}", f"{cost:.2f}", f"{found['peak']:.0f}"))
    columns = ("message_concurrency", "messages per second", "factor", "USD per million messages", "peak memory, MB")
    note = (
        f"One execution environment of {GIGABYTES * 1024:.0f} MB, arm64: "
        f"{_usd('lambda.arm64.gb_seconds', 1):.10f} USD per GB-second and "
        f"{_usd('lambda.requests', 1_000_000):.2f} USD per million requests (prices of {REGION}). "
        "The costs of SQS are not included, because they do not depend on the concurrency."
    )
    return Section(f"Batches of {BATCH} messages that each wait 50 ms", columns, rows, note)


def _usd(name: str, quantity: float) -> float:
    cost = PRICES[name].cost(quantity, REGION)
    if cost is None:
        raise LookupError(f"{name} has no price in {REGION}")
    return cost


def _records(task: Path) -> Section:
    found = _run(task, "benchmarks.records")
    titles = {
        "plain INFO": "the same work, one log line per record (INFO)",
        "plain WARNING": "the same work, no log lines (WARNING)",
        "bare WARNING": "only BatchProcessor and validation, no log lines",
    }
    rows = []
    for name, title in titles.items():
        other, ours = ([each[side] / 10_000 * 1_000 for each in found[name]] for side in (0, 1))  # ms per record; shown in µs
        rows.append((title, seconds(other, digits=1), seconds(ours, digits=1), f"{median(ours) / median(other):.2f}"))
    rounds = len(found["plain INFO"])
    title = f"One record of a batch of 10,000, in µs: median (min to max) of {rounds} alternating runs in one process"
    return Section(title, ("compared with", "Powertools", "ours", "ratio"), rows)

"""`queuesmith check` on a folder with Terraform files, compared with Checkov."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.processes import Command, alternate, medians
from benchmarks.report import ROOT, Section, against_target, spread
from benchmarks.synth import environment
from queuesmith.local.python_environments import environment_python

ROUNDS = 5
FILES = 200
RESOURCES_PER_FILE = 10
"""The resources in pipeline.tf."""
TEMPLATE = ROOT / "benchmarks" / "pipeline.tf"
VARIABLES = """\
variable "environment" {
  default = "prod"
}

locals {
  timeout   = 30
  retention = 30
}
"""
TARGET_SECONDS, TARGET_MB = 1.5, 300


def measure() -> list[Section]:
    """The table. Takes about five minutes."""
    with tempfile.TemporaryDirectory(prefix="queuesmith-bench-") as name:
        folder = Path(name)
        write_folder(folder)
        checkov: list[str | Path] = [environment_python(ROOT, "scanners"), "-m", "checkov.main", "--directory", "."]
        options = ["--framework", "terraform", "--skip-download", "--compact", "--soft-fail"]
        ours = [sys.executable, "-m", "queuesmith", "check", "."]
        commands = {
            "queuesmith": Command(ours, folder, environment(PYTHONPATH=str(ROOT))),
            "Checkov": Command([*checkov, *options], folder, environment()),
        }
        found = alternate(commands, ROUNDS)
    count, median = FILES * RESOURCES_PER_FILE, medians(found["queuesmith"])
    targets = {"queuesmith": (against_target(median.seconds, TARGET_SECONDS), against_target(median.peak, TARGET_MB))}
    rows = [
        (name, spread([run.seconds for run in runs], 2), spread([run.peak for run in runs], 0), *targets.get(name, ("", "")))
        for name, runs in found.items()
    ]
    title = f"queuesmith check, on {count:,} resources in {FILES} files: median (min to max) of {ROUNDS} alternating rounds"
    note = (
        "Whole processes, offline. The two check different things: Checkov's rules are about single resources of many "
        "services, ours about whole pipelines of SQS and Lambda."
    )
    return [Section(title, ("", "s", "peak memory, MB", "target, s", "target, MB"), rows, note)]


def write_folder(folder: Path) -> None:
    """Write the files: a pipeline in each, with references, locals, a variable and `jsonencode`."""
    template = TEMPLATE.read_text()
    (folder / "variables.tf").write_text(VARIABLES)
    for number in range(FILES):
        (folder / f"pipeline_{number}.tf").write_text(template.replace("NAME", f"worker{number}"))

"""Large plans: thousands of resources in seconds, with little memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checking import TODAY, check_document
from tests.conftest import ROOT
from tests.plans import generated_plan

RESOURCES = 20
"""The number of resources for each pipeline in a generated plan."""


def write_plan(folder: Path, pipelines: int) -> Path:
    path = folder / f"{pipelines}.json"
    path.write_text(json.dumps(generated_plan(pipelines)))
    return path


def run(path: Path) -> tuple[float, int, str]:
    """Processor seconds, peak memory in kilobytes and output of `queuesmith check` in a new process."""
    command = [sys.executable, "-m", "queuesmith", "check", str(path), "--date", TODAY.isoformat()]
    measuring = (
        "import resource, subprocess, sys; r = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True);"
        "u = resource.getrusage(resource.RUSAGE_CHILDREN); print(u.ru_utime + u.ru_stime, u.ru_maxrss); print(r.stdout, end='')"
    )
    result = subprocess.run([sys.executable, "-c", measuring, *command], cwd=ROOT, capture_output=True, text=True, check=True)
    measured, _, output = result.stdout.partition("\n")
    seconds, size = measured.split()
    return float(seconds), int(size) // (1024 if sys.platform == "darwin" else 1), output


@pytest.mark.parametrize(("pipelines", "times", "megabytes"), [(100, 5, 200), (500, 20, 300)])
def test_large_plan_takes_a_few_times_as_long_as_a_small_one(
    pipelines: int, times: float, megabytes: int, tmp_path: Path
) -> None:
    """Compared in the same run with a plan of one pipeline, whose time is mostly startup."""
    small = min(run(write_plan(tmp_path, 1))[0] for _ in range(3))
    content = generated_plan(pipelines)
    assert len(content["resource_changes"]) == pipelines * RESOURCES
    took, size, output = run(write_plan(tmp_path, pipelines))
    assert f"{pipelines} pipelines" in output
    assert took < times * small
    assert size < megabytes * 1024


def test_every_pipeline_of_a_large_plan_is_joined() -> None:
    report = check_document(generated_plan(40))
    (file,) = report.files
    assert file.unresolved == ()
    per_pipeline = [len(pipeline.findings) for pipeline in file.pipelines]
    assert per_pipeline == [per_pipeline[0]] * 40
    assert per_pipeline[0] > 0


def test_check_time_grows_linearly_with_the_plan() -> None:
    def took(pipelines: int) -> float:
        content = generated_plan(pipelines)
        began = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        check_document(content)
        return resource.getrusage(resource.RUSAGE_SELF).ru_utime - began

    took(20)  # warms up
    small, large = min(took(100) for _ in range(3)), min(took(800) for _ in range(2))
    assert large < 20 * small, "eight times as much: with the square it would be up to 64 times"

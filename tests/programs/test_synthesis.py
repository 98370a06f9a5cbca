"""A synth that is killed, interrupted, or runs in parallel with another still leaves complete output."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Project, a_zip, own_variables


def slow_publish(project: Project) -> subprocess.Popen[str]:
    """A synth that reports each file that it moves into place, and waits for a line of input before the next one."""
    script = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that started us in the background has it ignored
real = os.replace
def slow(source, target):
    real(source, target)
    print("moved", flush=True)
    sys.stdin.readline()
import main
import queuesmith.constructs.synthesis
queuesmith.constructs.synthesis.os.replace = slow
try:
    sys.exit(main.main([]))
except KeyboardInterrupt:
    sys.exit(130)
"""
    command = [sys.executable, "-c", script]
    return subprocess.Popen(command, cwd=project.folder, env=own_variables(), stdin=-1, stdout=-1, text=True)


def is_whole(project: Project) -> bool:
    """Whether each stack's JSON can be read, and its package exists with the hash that it names."""
    for path in project.output.glob("stacks/*/cdk.tf.json"):
        for function in json.loads(path.read_text())["resource"]["aws_lambda_function"].values():
            if "filename" in function:
                digest = hashlib.sha256((path.parent / function["filename"]).read_bytes()).digest()
                if base64.b64encode(digest).decode() != function["source_code_hash"]:
                    return False
    return len(list(project.output.glob("stacks/*/cdk.tf.json"))) == 3


@pytest.mark.parametrize("moved", [1, 2, 3, 4, 5, 6, 7, 8, 9])
def test_killed_synth_leaves_each_environment_complete(project: Project, moved: int) -> None:
    project.run()
    (project.folder / "build" / "orders.zip").write_bytes(a_zip("something new"))
    project.add("common.toml", "[workers.orders.alarms]\nerrors = 7")
    process = slow_publish(project)
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(1, moved + 1):
        assert process.stdout.readline() == "moved\n"
        if number < moved:
            process.stdin.write("\n")
            process.stdin.flush()
    process.kill()
    process.communicate()
    assert is_whole(project)
    assert project.run().returncode == 0
    assert is_whole(project)
    assert b'"threshold": 7' in project.snapshot()["stacks/prod/cdk.tf.json"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_signal_waits_until_everything_is_written(
    number: signal.Signals, status: int, project: Project, tmp_path: Path
) -> None:
    process = slow_publish(project)
    assert process.stdout is not None
    assert process.stdout.readline() == "moved\n"
    process.send_signal(number)
    process.communicate()  # closes its stdin, so that it continues
    assert process.returncode == status
    expected = Project(tmp_path / "expected")
    expected.run()
    assert project.snapshot() == expected.snapshot()


@pytest.mark.parametrize("delay", [0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
def test_ctrl_c_is_one_line_and_leaves_the_output_intact(project: Project, delay: float) -> None:
    """The terminal also sends SIGINT to Node. The delay starts when main.py installs its signal handler."""
    project.run()
    project.add("common.toml", "[workers.orders.alarms]\nerrors = 7")
    script = """
import runpy, signal
real = signal.signal
def told(number, handler):
    before, signal.signal = real(number, handler), real
    print(number.name, handler.__name__, flush=True)
    return before
signal.signal = told
runpy.run_path("main.py", run_name="__main__")
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=project.folder, stdout=-1, stderr=-1, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "SIGINT handle\n"
    time.sleep(delay)
    with contextlib.suppress(ProcessLookupError):  # it can have ended
        os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate()
    assert errors in (
        "",
        "Interrupted. The output is intact: all of it is from the previous run or from this one.\n",
    )
    assert process.returncode in (130, 0, -signal.SIGINT)  # 0 and -SIGINT: all output was already written
    assert is_whole(project)
    assert not list(project.output.glob(".partial-*"))


def test_two_simultaneous_synths_are_both_in_the_manifest(project: Project) -> None:
    processes = [
        subprocess.Popen([sys.executable, "main.py"], cwd=project.folder, env=own_variables(ENVIRONMENTS=name))
        for name in ("dev", "prod", "staging")
    ]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert list(json.loads(project.snapshot()["manifest.json"])["stacks"]) == ["dev", "prod", "staging"]

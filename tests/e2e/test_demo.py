"""`make demo` as a person runs it, and how it stops when it is interrupted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.conftest import wait_for


def demonstration(folder: Path) -> subprocess.Popen[str]:
    """The demonstration, with its temporary files under a folder of ours."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "queuesmith.local.demo"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder), "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def processes_under(folder: Path) -> list[str]:
    """Processes whose command line names the folder. Linux and macOS."""
    listing = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listing.splitlines() if str(folder) in line]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short: a Unix socket of Terraform's provider is made under it, and its path must not exceed some 100 characters."""
    with tempfile.TemporaryDirectory(prefix="qs-") as path:
        yield Path(path)


def test_the_demonstration_accounts_for_every_message(folder: Path) -> None:
    process = demonstration(folder)
    output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    table = dict(re.findall(r"│ (.+?)\s+│\s+(\d+) │", output))
    assert table == {
        "written to DynamoDB exactly once": "195",
        "written more than once": "0",
        "in the dead-letter queue": "5",
        "still in the queue": "0",
        "lost": "0",
    }
    assert "Sent: 200/200" in output
    assert processes_under(folder) == []
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demonstration_stops_everything_it_started(number: signal.Signals, folder: Path) -> None:
    process = demonstration(folder)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Applied: 0/"):
            break
    wait_for(lambda: processes_under(folder), "the emulator runs", 30)
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert errors == "Interrupted. Everything that was started is stopped.\n"
    assert processes_under(folder) == []
    assert list(folder.iterdir()) == []

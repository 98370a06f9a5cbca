"""LocalStack is reachable from this machine only, and does not outlive its user."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, python_of
from tests.e2e.processes import processes_under
from tests.localstack.server import ACCOUNT, REGION, LocalStack
from tests.waiting import wait_for

LISTENING = "0A"
"""The state of a listening socket in /proc/net/tcp."""
LOOPBACK = "0100007F"
"""127.0.0.1, as in /proc/net/tcp."""


def listening_on(process: int) -> set[str]:
    """The addresses on which a process listens, as in /proc/net/tcp."""
    sockets = {os.readlink(file).removeprefix("socket:[").rstrip("]") for file in Path(f"/proc/{process}/fd").iterdir()}
    tables = [Path(f"/proc/{process}/net/{kind}").read_text().splitlines()[1:] for kind in ("tcp", "tcp6")]
    lines = [line.split() for table in tables for line in table]
    return {fields[1].partition(":")[0] for fields in lines if fields[3] == LISTENING and fields[9] in sockets}


def test_localstack_listens_on_the_loopback_address_only(localstack: LocalStack) -> None:
    url = localstack.client("sqs").create_queue(QueueName="server")["QueueUrl"]
    assert url == f"{localstack.url}/queue/{REGION}/{ACCOUNT}/server"
    assert listening_on(localstack.process.pid) == {LOOPBACK}


def test_a_localstack_that_ends_at_its_start_says_why(tmp_path: Path) -> None:
    class Broken(LocalStack):
        launcher = tmp_path / "launcher.py"

    Broken.launcher.write_text('raise SystemExit("the port is in use")')
    with pytest.raises(AssertionError, match="LocalStack stopped during its start:\nthe port is in use"):
        Broken(Path(sys.executable))


def test_localstack_ends_with_the_process_that_started_it() -> None:
    code = (
        "import os; from pathlib import Path; from tests.localstack.server import LocalStack; "
        f"print(LocalStack(Path({str(python_of('localstack'))!r})).folder, flush=True); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    folder = killed.stdout.strip()
    assert folder
    wait_for(lambda: not processes_under(Path(folder)), "LocalStack has ended")

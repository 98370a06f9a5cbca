"""A handler that does not end, exits its process, or leaves a process behind does no harm."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from queuesmith.operations.invocation import execution_environment
from tests.programs.invocation.handler import Handler, outcomes
from tests.waiting import wait_for

HELD_UP = 400.0
"""Seconds: half the time that the handlers would sleep if a test waited for them."""


def test_timeout_kills_the_handler_and_its_child_processes(handler: Handler) -> None:
    code = """
        import os, subprocess, sys, time
        def lambda_handler(event, context):
            if event["Records"][0]["body"] == "hang":
                child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(800)"])
                print(os.getpid(), child.pid)
                time.sleep(800)
            print(os.getpid())
    """
    began = time.monotonic()
    batches = handler.run(code, "hang", "good", batch_size=1, timeout=3)
    assert time.monotonic() - began < HELD_UP
    assert outcomes(*batches) == ["failed", "processed"]
    failure = batches[0].failure
    assert failure is not None
    assert (failure.kind, failure.type) == ("timeout", "Sandbox.Timedout")
    assert failure.message == "Task timed out after 3.00 seconds"
    assert batches[0].seconds >= 3
    first, child, second = " ".join(handler.written).split()
    assert first != second
    ends(int(first))
    ends(int(child))


def ends(pid: int) -> None:
    """Wait until a killed process is gone. A zombie, which its parent has not reaped yet, counts as gone."""

    def is_gone() -> bool:
        try:
            os.kill(pid, 0)
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    wait_for(is_gone, f"process {pid} has ended", pause=0.02)


@pytest.mark.parametrize(
    ("end", "how"),
    [
        ("os._exit(3)", "Runtime exited with error: exit status 3"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("sys.exit(4)", "Runtime exited with error: exit status 4"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: Killed"),
    ],
)
def test_handler_that_exits_fails_its_batch_only(handler: Handler, end: str, how: str) -> None:
    code = f"""
        import os, sys
        def lambda_handler(event, context):
            print("here")
            if event["Records"][0]["body"] == "end":
                {end}
    """
    batches = handler.run(code, "end", "good", batch_size=1)
    assert outcomes(*batches) == ["failed", "processed"]
    failure = batches[0].failure
    assert failure is not None
    assert (failure.kind, failure.type, failure.message) == ("exit", "Runtime.ExitError", how)
    assert handler.written.count("here") == 2


def test_background_process_does_not_delay_the_end(handler: Handler) -> None:
    """The child process inherits stdout, but not the connection for the response."""
    code = """
        import os, subprocess, sys
        def lambda_handler(event, context):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(800)"], close_fds=False)
            print(child.pid)
            os._exit(1)
    """
    began = time.monotonic()
    assert outcomes(handler.run_one(code)) == ["failed"]
    assert time.monotonic() - began < HELD_UP
    ends(int(handler.written[0]))


def test_fork_that_keeps_the_pipe_open_does_not_delay_the_end(handler: Handler) -> None:
    code = """
        import os, time
        def lambda_handler(event, context):
            if os.fork() == 0:
                time.sleep(800)
            os._exit(1)
    """
    began = time.monotonic()
    assert outcomes(handler.run_one(code)) == ["failed"]
    assert time.monotonic() - began < HELD_UP


def test_module_that_exits_or_hangs_is_reported(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = handler.run_one("import os\nos._exit(5)\ndef lambda_handler(event, context): ...").failure
    assert failure is not None
    assert failure.message == "Runtime exited with error: exit status 5"
    monkeypatch.setattr(execution_environment, "LOADING", 0.2)
    failure = handler.run_one("import time\ntime.sleep(800)\ndef lambda_handler(event, context): ...", timeout=1).failure
    assert failure is not None
    assert (failure.kind, failure.type) == ("import", "Sandbox.Timedout")
    assert failure.message == "The module was not imported within 1.2 s: Lambda's 0.2 s, and then the function's timeout"


def test_interrupt_leaves_no_process(handler: Handler, monkeypatch: pytest.MonkeyPatch) -> None:
    class StopError(Exception):
        pass

    original = Connection.poll

    def interrupted(*arguments: Any) -> Any:
        if handler.written:
            raise StopError
        return original(*arguments)

    monkeypatch.setattr(Connection, "poll", interrupted)
    with pytest.raises(StopError):
        handler.run("import os, time\ndef lambda_handler(event, context):\n    print(os.getpid())\n    time.sleep(800)\n")
    ends(int(handler.written[0]))

"""A handler's output from before its answer is in its log, also on a busy machine. The accounts of messages rely on that."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from queuesmith.local import emulator_launcher
from queuesmith.local.emulator_launcher import read_complete_logs

HANDLER = """
import sys
for number in sys.stdin:
    for line in range(int(number)):
        print(f"line {line}", file=sys.stderr, flush=True)
    print("answer", flush=True)
"""


class Worker:
    """The parts of the emulator's own worker that its log needs."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", HANDLER]
        pipes: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self._proc: subprocess.Popen[str] | None = subprocess.Popen(command, text=True, bufsize=1, **pipes)
        self.process = self._proc
        self._stderr_queue: queue.Queue[str] = queue.Queue()
        self._stderr_thread = threading.Thread(target=self._read_stderr, daemon=True)
        self._stderr_thread.start()

    def _read_stderr(self) -> None:
        raise NotImplementedError

    def _drain_stderr_bounded(self) -> str:
        raise NotImplementedError

    def _drain_stderr(self) -> str:
        return "\n".join(self._stderr_queue.get_nowait() for _ in range(self._stderr_queue.qsize()))

    def invoke(self, lines: int) -> list[str]:
        assert self.process.stdin is not None and self.process.stdout is not None  # noqa: PT018 - for the type checker
        self.process.stdin.write(f"{lines}\n")
        assert self.process.stdout.readline() == "answer\n"
        return self._drain_stderr_bounded().splitlines()


read_complete_logs(Worker)


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    with made.process:
        assert made.process.stdin is not None
        made.process.stdin.close()
        made._stderr_thread.join(10)
        assert not made._stderr_thread.is_alive()


def read_late(pipe: int, size: int) -> bytes:
    """Read as late as the reader thread does on a busy machine."""
    time.sleep(0.05)
    return os.read(pipe, size)


@pytest.mark.parametrize("lines", [0, 1, 3000])
def test_log_has_all_lines_of_an_invocation_when_it_returns(
    worker: Worker, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator_launcher, "os", SimpleNamespace(read=read_late))
    for _ in range(3):
        assert worker.invoke(lines) == [f"line {line}" for line in range(lines)]


def test_log_has_the_lines_of_a_handler_that_was_killed(worker: Worker) -> None:
    assert worker.invoke(1) == ["line 0"]
    assert worker.process.stderr is not None
    worker.process.kill()
    worker.process.wait()
    worker._proc = None
    assert worker._drain_stderr_bounded() == ""

"""An execution environment: a process that loads the handler and runs one invocation after another, as in Lambda."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

from queuesmith.operations.invocation.function import Function
from queuesmith.packaging.own_code import OwnCode

CHILD = Path(__file__).with_name("child.py")
LOADING = 10.0
"""Seconds that Lambda gives a module's import before it tries again within the function's timeout."""
_PATIENCE = 2.0
"""Seconds to wait for steps that should end immediately."""
_TICK = 0.1
Kind = Literal["exception", "timeout", "exit", "import", "answer"]


@dataclass(frozen=True)
class Failure:
    """Why a whole batch failed."""

    kind: Kind
    """`exception`: the handler raised. `timeout`: it took too long. `exit`: its process ended. `import`: it could not be
    imported. `answer`: Lambda could not read the return value.
    """
    type: str
    """The error type in Lambda: the exception's class, `Sandbox.Timedout`, `Runtime.ExitError`, …"""
    message: str
    """The error message."""
    traceback: str = ""
    """The traceback. Empty if no exception was raised."""


@dataclass(frozen=True)
class Answer:
    """The handler's answer as JSON."""

    value: Any


class Execution:
    """Starts the process when it is needed, and again after one has ended or was killed.

    At the end of the context manager, the process and everything that the handler started are killed. `on_output` receives each
    line that the handler writes, from a thread.
    """

    def __init__(self, function: Function, variables: Mapping[str, str], on_output: Callable[[str], None]) -> None:
        self._function, self._variables, self._on_output = function, dict(variables), on_output
        self._process: _Process | None = None
        self._broken: Failure | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def call(self, event: dict[str, Any], context: Mapping[str, str]) -> tuple[Answer | Failure, float]:
        """Run one invocation.

        Returns the outcome and how many seconds it took. A handler that failed to load is not loaded again.
        """
        if self._process is None and self._broken is None:
            self._broken = self._start()
        if self._broken is not None:
            return self._broken, 0.0
        began, timeout = time.monotonic(), self._function.timeout
        found = self._ask({"event": event, "context": dict(context), "seconds": timeout}, timeout)
        if isinstance(found, Failure):
            return found, time.monotonic() - began
        outcome = Failure("exception", **found["error"]) if "error" in found else Answer(found["answer"])
        return outcome, float(found["seconds"])

    def _start(self) -> Failure | None:
        function = self._function
        root, files = function.code.absolute(), None
        working_directory = root.parent
        if function.packaged:
            own = OwnCode.of(root)
            root = working_directory = own.project
            files = {name: str(file) for name, file in own.files.items()}
        self._process = _Process(self._variables, working_directory, self._on_output)
        plan = {"handler": function.handler, "root": str(root), "files": files}
        limit = LOADING + function.timeout
        found = self._ask(plan, limit)
        if isinstance(found, Failure):
            if found.kind == "timeout":
                text = f"The module was not imported after {limit:g} s: Lambda gives it {LOADING:g} s, and then the timeout"
                return Failure("import", found.type, text)
            return found
        if "error" in found:
            self._end()
            return Failure("import", **found["error"])
        return None

    def _ask(self, said: dict[str, Any], seconds: float) -> dict[str, Any] | Failure:
        """Send a line to the process and return its answer. A Failure means that the process has ended."""
        assert self._process is not None  # noqa: S101 - started by the callers
        try:
            found: dict[str, Any] = json.loads(self._process.ask(json.dumps(said), seconds))
        except TimeoutError:
            self._end()
            return Failure("timeout", "Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds")
        except (EOFError, BrokenPipeError):
            status = self._process.status()
            self._end()
            return Failure("exit", "Runtime.ExitError", _exited(status))
        return found

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


def _exited(status: int | None) -> str:
    """The message that Lambda gives."""
    if not status:
        return "Runtime exited without providing a reason"
    how = f"exit status {status}" if status > 0 else f"signal: {signal.strsignal(-status) or -status}"
    return f"Runtime exited with error: {how}"


class _Process:
    """The child process in its own process group, with a pipe in each direction and one for its output."""

    def __init__(self, variables: Mapping[str, str], folder: Path, on_output: Callable[[str], None]) -> None:
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        self._left = b""
        command = [sys.executable, "-P", "-u", str(CHILD), str(requests), str(answers)]
        try:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(requests, answers),
                start_new_session=True,  # Ctrl-C is handled here, and the whole group can be killed
            )
        except BaseException:
            self._close()
            raise
        finally:
            os.close(requests)
            os.close(answers)
        assert self._process.stdout is not None  # noqa: S101 - stdout=PIPE was given
        self._copier = threading.Thread(target=_copy, args=(self._process.stdout, on_output), daemon=True)
        self._copier.start()

    def ask(self, text: str, seconds: float) -> bytes:
        """Write a line and read one. Raises TimeoutError; and EOFError or BrokenPipeError if the process has ended."""
        deadline = time.monotonic() + seconds
        content = memoryview(f"{text}\n".encode())
        while content:
            content = content[os.write(self._requests, content) :]
        while b"\n" not in self._left:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            gone = self._process.poll() is not None  # checked before the read, so that its last output is read
            ready, _, _ = select.select([self._answers], [], [], 0 if gone else min(_TICK, remaining))
            part = os.read(self._answers, 1 << 16) if ready else b""
            if not part and (ready or gone):  # a process that the handler started can hold the pipe open
                raise EOFError
            self._left += part
        line, _, self._left = self._left.partition(b"\n")
        return line

    def status(self) -> int | None:
        """The exit status; None if the process is running."""
        try:
            return self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Kill the rest of the process group. In Lambda no process outlives its execution environment either."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._copier.join(_PATIENCE)
        self._close()

    def _close(self) -> None:
        for descriptor in (self._requests, self._answers):
            os.close(descriptor)


def _copy(stream: IO[bytes], on_output: Callable[[str], None]) -> None:
    with stream:
        for line in stream:
            with contextlib.suppress(OSError, ValueError):  # the output is closed, but the handler continues
                on_output(line.decode("utf-8", "replace").rstrip("\r\n"))

"""An execution environment: a process that loads the handler and runs one invocation after another, as in Lambda."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Pipe
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal, Self

from queuesmith.operations.invocation.local_function import LocalFunction
from queuesmith.packaging.worker_code import WorkerCode

HANDLER_PROCESS = Path(__file__).with_name("handler_process.py")
LOADING = 10.0
"""Seconds that Lambda gives a module's import before it tries again within the function's timeout."""
_SHUTDOWN = 2.0
"""Seconds to wait for steps that should end immediately."""
_INTERVAL = 0.1
"""Seconds between two checks whether the process is still running."""
Kind = Literal["exception", "timeout", "exit", "import", "response"]


@dataclass(frozen=True)
class InvocationFailure:
    """Why a whole batch failed."""

    kind: Kind
    """`exception`: the handler raised. `timeout`: it took too long. `exit`: its process ended. `import`: it could not be
    imported. `response`: Lambda could not use its return value.
    """
    type: str
    """The error type in Lambda: the exception's class, `Sandbox.Timedout`, `Runtime.ExitError`, …"""
    message: str
    """The error message."""
    traceback: str = ""
    """The traceback. Empty if no exception was raised."""


class ExecutionEnvironment:
    """Starts the process when it is needed, and again after one has ended or was killed.

    At the end of the context manager, the process and everything that the handler started are killed. `on_output` receives each
    line that the handler writes, from a thread.
    """

    def __init__(self, function: LocalFunction, variables: Mapping[str, str], on_output: Callable[[str], None]) -> None:
        self._function, self._variables, self._on_output = function, dict(variables), on_output
        self._process: _Process | None = None
        self._loading_failure: InvocationFailure | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def invoke(self, event: dict[str, Any], context: Mapping[str, str]) -> tuple[Any, InvocationFailure | None, float]:
        """Run one invocation.

        Returns the handler's response, the failure or None, and the duration in seconds. A handler that failed to load is not
        loaded again.
        """
        if self._process is None and self._loading_failure is None:
            self._loading_failure = self._start()
        if self._loading_failure is not None:
            return None, self._loading_failure, 0.0
        began, timeout = time.monotonic(), self._function.timeout
        reply = self._request({"event": event, "context": dict(context), "seconds": timeout}, timeout)
        error = reply.get("error")
        failure = InvocationFailure(**{"kind": "exception", **error}) if error else None
        return reply.get("response"), failure, reply.get("seconds", time.monotonic() - began)

    def _start(self) -> InvocationFailure | None:
        """Start the process and load the handler."""
        function = self._function
        root, files = function.code.absolute(), None
        working_directory = root.parent
        if function.packaged:
            own = WorkerCode.of(root)
            root = working_directory = own.project
            files = {name: str(file) for name, file in own.files.items()}
        self._process = _Process(self._variables, working_directory, self._on_output)
        limit = LOADING + function.timeout
        error = self._request({"handler": function.handler, "root": str(root), "files": files}, limit).get("error")
        if error is None:
            return None
        self._end()
        if error.get("kind") == "timeout":
            text = f"The module was not imported within {limit:g} s: Lambda's {LOADING:g} s, and then the function's timeout"
            return InvocationFailure("import", error["type"], text)
        return InvocationFailure(**{"kind": "import", **error})

    def _request(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request to the process and return its reply, or the error if the process has ended or does not reply."""
        assert self._process is not None  # noqa: S101 - started by the callers
        try:
            return self._process.request(request, seconds)
        except TimeoutError:
            error = {"kind": "timeout", "type": "Sandbox.Timedout"}
            message = f"Task timed out after {seconds:.2f} seconds"
        except (EOFError, OSError):  # OSError: also if it ends in the middle of a reply
            error = {"kind": "exit", "type": "Runtime.ExitError"}
            message = _exit_message(self._process.exit_status())
        self._end()
        return {"error": {**error, "message": message}}

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


def _exit_message(status: int | None) -> str:
    """The message that Lambda gives."""
    if not status:
        return "Runtime exited without providing a reason"
    reason = f"exit status {status}" if status > 0 else f"signal: {signal.strsignal(-status) or -status}"
    return f"Runtime exited with error: {reason}"


class _Process:
    """The handler's process in its own process group, with a connection for requests and a pipe for its output."""

    def __init__(self, variables: Mapping[str, str], folder: Path, on_output: Callable[[str], None]) -> None:
        self._connection, other_end = Pipe()
        with other_end:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-u", str(HANDLER_PROCESS), str(other_end.fileno())],
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(other_end.fileno(),),
                start_new_session=True,  # Ctrl-C is handled here, and the whole group can be killed
            )
        assert self._process.stdout is not None  # noqa: S101 - stdout=PIPE was given
        self._copier = threading.Thread(target=_copy, args=(self._process.stdout, on_output), daemon=True)
        self._copier.start()

    def request(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request, and return the reply. Raises TimeoutError; EOFError or OSError if the process has ended."""
        deadline = time.monotonic() + seconds
        self._connection.send_bytes(json.dumps(request).encode())
        while not self._connection.poll(max(0.0, min(_INTERVAL, deadline - time.monotonic()))):
            if self._process.poll() is not None and not self._connection.poll():
                raise EOFError  # a process that the handler started can hold the connection open
            if time.monotonic() >= deadline:
                raise TimeoutError
        reply: dict[str, Any] = json.loads(self._connection.recv_bytes())
        return reply

    def exit_status(self) -> int | None:
        """The exit status; None if the process is running."""
        try:
            return self._process.wait(_SHUTDOWN)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Kill the rest of the process group. In Lambda no process outlives its execution environment either."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._copier.join(_SHUTDOWN)
        self._connection.close()


def _copy(stream: IO[bytes], on_output: Callable[[str], None]) -> None:
    with stream:
        for line in stream:
            with contextlib.suppress(OSError, ValueError):  # the output is closed, but the handler continues
                on_output(line.decode("utf-8", "replace").rstrip("\r\n"))

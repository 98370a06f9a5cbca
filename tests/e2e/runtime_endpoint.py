"""The Lambda Runtime API on a free port of this machine: it hands out events and stores the runtime client's answers."""

from __future__ import annotations

import json
import os
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.waiting import TIMEOUT

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
PREFIX = "/2018-06-01/runtime"
LONG = 600.0
"""Seconds until an invocation's deadline, for tests that are not about the deadline."""


@dataclass
class Answer:
    """An answer that the runtime client posted."""

    path: str
    """Path below the prefix: `invocation/response`, `invocation/error` or `init/error`."""
    body: Any
    headers: dict[str, str]


@dataclass
class Invocation:
    event: Any
    timeout: float
    id: str


class RuntimeEndpoint:
    """The endpoint and, after `start`, the runtime client with a handler."""

    def __init__(self) -> None:
        self.invocations: queue.Queue[Invocation] = queue.Queue()
        self.answers: queue.Queue[Answer] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._server.shutdown()
        self._server.server_close()

    def start(
        self, python: Path, task_root: Path, variables: Mapping[str, str], log: Path, handler: str = "main.lambda_handler"
    ) -> subprocess.Popen[bytes]:
        """Run the client on the code in a folder, as Lambda does: with none of the tests' variables in the environment."""
        environment = {
            "PATH": os.environ["PATH"],
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_address[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": "dev-orders",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/dev-orders",
            "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": "INFO",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
            "LAMBDA_TASK_ROOT": str(task_root),
            "_HANDLER": handler,
            **variables,
        }
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [str(python), "-m", "awslambdaric", handler],
                cwd=task_root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self._process

    def invoke(self, event: Any, timeout: float = LONG) -> Answer:
        """Hand out one event and wait for the answer to it."""
        self.hand_out(event, timeout)
        return self.answer()

    def hand_out(self, event: Any, timeout: float = LONG) -> None:
        self._count += 1
        self.invocations.put(Invocation(event, timeout, f"00000000-0000-0000-0000-{self._count:012}"))

    def answer(self) -> Answer:
        return self.answers.get(timeout=TIMEOUT)


def _handler_for(endpoint: RuntimeEndpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == f"{PREFIX}/invocation/next", self.path
            invocation = endpoint.invocations.get()
            body = json.dumps(invocation.event).encode()
            self.send_response(200)
            for name, value in {
                "Lambda-Runtime-Aws-Request-Id": invocation.id,
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + invocation.timeout) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:000000000000:function:dev-orders",
                "Lambda-Runtime-Trace-Id": TRACE,
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.path.removeprefix(f"{PREFIX}/").split("/")
            endpoint.answers.put(Answer(f"{kind[0]}/{kind[-1]}", json.loads(body), dict(self.headers.items())))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Disable the request log."""

    return Handler


@dataclass
class XRayDaemon:
    """Receives segments by UDP, as the X-Ray daemon next to a function does."""

    segments: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                packet = self._socket.recv(65_536)
            except OSError:
                return
            _, _, document = packet.partition(b"\n")
            if document:
                self.segments.append(json.loads(document))

    def close(self) -> None:
        self._socket.close()

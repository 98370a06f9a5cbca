"""A proxy between a handler and the emulator. It can change the response to a request.

It keeps the Host header, so that signatures stay right, and forwards over TLS.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from queuesmith.local.emulator import Endpoint

FORWARD, LOSE_REPLY, DROP = "forward", "lose the reply", "drop"
"""`FORWARD` the request. `LOSE_REPLY`: forward it, then close the connection without a response. `DROP`: do not forward it."""


class Error:
    """A response from the proxy itself: an error of the service."""

    def __init__(self, status: int, code: str) -> None:
        self.status = status
        self.body = json.dumps({"__type": code, "message": "injected by a test"}).encode()


THROTTLED = Error(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException")
"""DynamoDB's error for too many requests."""
Decision = str | Error
Decide = Callable[[str, Any], Decision]
"""Decides what to do with a request, given the operation, as in `PutItem`, and the request. Called by several threads."""


class FaultProxy:
    """A proxy on a free port of the loopback address, as a context manager."""

    def __init__(self, endpoint: Endpoint, decide: Decide, forwarded: Callable[[str, Any, int], None] | None = None) -> None:
        """`forwarded` is called with each request that was forwarded, and the status of its response."""
        self._context = ssl.create_default_context(cafile=str(endpoint.ca_bundle))
        self._host, self._port = urlsplit(endpoint.url).hostname or "", urlsplit(endpoint.url).port
        self._local = threading.local()
        self.decide, self.forwarded = decide, forwarded
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                proxy.answer(self)

            def finish(self) -> None:
                super().finish()
                proxy.hang_up()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Ignore errors: a handler that was killed does not close its connection."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Handle one request."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        operation = (handler.headers.get("X-Amz-Target") or "").rpartition(".")[2]
        request = json.loads(body) if body.startswith(b"{") else {}
        decision = self.decide(operation, request)
        if isinstance(decision, Error):
            _reply(handler, decision.status, {"Content-Type": "application/x-amz-json-1.0"}, decision.body)
            return
        if decision != DROP:
            status, headers, answered = self._forward(handler, body)
            if self.forwarded is not None:
                self.forwarded(operation, request, status)
        if decision == FORWARD:
            _reply(handler, status, headers, answered)
        else:
            handler.close_connection = True

    def _forward(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        for fresh in (False, True):
            connection = self._connection(fresh=fresh)
            try:
                connection.request("POST", handler.path, body, dict(handler.headers.items()))
                answer = connection.getresponse()
                return answer.status, dict(answer.getheaders()), answer.read()
            except (http.client.HTTPException, OSError):  # a connection that was idle for too long
                if fresh:
                    raise
        raise AssertionError

    def hang_up(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._local, "connection"):
            self._local.connection.close()
            del self._local.connection

    def _connection(self, *, fresh: bool) -> http.client.HTTPSConnection:
        """This thread's connection, which stays open."""
        if fresh:
            self.hang_up()
        if not hasattr(self._local, "connection"):
            self._local.connection = http.client.HTTPSConnection(self._host, self._port, context=self._context, timeout=600)
        connection: http.client.HTTPSConnection = self._local.connection
        return connection


def _reply(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
    handler.send_response_only(status)
    for name, value in headers.items():
        if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
            handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)

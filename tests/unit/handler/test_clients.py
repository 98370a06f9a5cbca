"""How often a request is sent: once if a response was slow, and again if the server did not accept it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from queuesmith_worker import HandlerSettings
from queuesmith_worker.testing import DLQ_URL, FakeContext
from queuesmith_worker.testing.events import REGION
from tests.unit.handler.world import Run, body, record


class Service(ThreadingHTTPServer):
    """Accepts requests like SQS. `acts` is the behaviour before each response, in order."""

    daemon_threads = True

    def __init__(self, *acts: str) -> None:
        self.taken, self.acts = 0, list(acts)
        super().__init__(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()


class Answer(BaseHTTPRequestHandler):
    server: Service
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        act = self.server.acts.pop(0) if self.server.acts else "answer"
        self.rfile.read(int(self.headers["Content-Length"]))
        if act == "close":
            self.close_connection = True
            return
        self.server.taken += 1
        time.sleep(6 if act == "slow" else 0)  # the client times out after two seconds
        content = b'{"MessageId": "copy"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client has closed the connection
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    made: list[Service] = []

    def start(*acts: str) -> Service:
        service = Service(*acts)
        made.append(service)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", f"http://127.0.0.1:{service.server_port}")
        monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        return service

    yield start
    for service in made:
        service.shutdown()
        service.server_close()


def give_up() -> list[str]:
    """The failures that the worker returns for a message that must go to the DLQ immediately."""
    run = Run(lambda _: None, HandlerSettings.from_environment({"WORKER_DEAD_LETTER_QUEUE_URL": DLQ_URL}))
    response = run.worker({"Records": [record("m", "no JSON"), record("n", body("n"))]}, FakeContext())  # type: ignore[arg-type]
    return [item["itemIdentifier"] for item in response["batchItemFailures"]]


def test_slow_dlq_response_returns_the_message_without_a_second_copy(services: Any) -> None:
    service = services("slow")
    assert give_up() == ["m"]
    assert service.taken == 1


def test_connection_closed_while_frozen_is_reopened(services: Any) -> None:
    service = services("close")
    assert give_up() == []
    assert service.taken == 1


def test_message_is_returned_if_no_connection_is_accepted(services: Any) -> None:
    service = services("close", "close")
    assert give_up() == ["m"]
    assert service.taken == 0

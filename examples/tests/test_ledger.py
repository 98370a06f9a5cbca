import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from queuesmith_worker import Secret
from queuesmith_worker.testing import DLQ_URL, QUEUE_URL

ARN = "arn:aws:secretsmanager:eu-central-1:111111111111:secret:shop/ledger-token-AbCdEf"
STATUSES = {"good": 204, "refused": 409, "busy": 429, "down": 503}


class Ledger(BaseHTTPRequestHandler):
    """The HTTP service. The id of an entry decides how it answers."""

    def do_PUT(self):
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.entries.append((self.path, self.headers["Authorization"], content))
        self.send_response(STATUSES[content["entry_id"]])
        self.send_header("Retry-After", "30")
        self.end_headers()

    def log_message(self, *_):
        """Print nothing."""


@pytest.fixture
def service():
    with HTTPServer(("127.0.0.1", 0), Ledger) as server:
        server.entries = []
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_status_decides_how_an_entry_ends(service, load_handler, fake_lambda, monkeypatch):
    monkeypatch.setattr(Secret, "value", "the token")
    main = load_handler(
        "handlers.ledger.main",
        LEDGER_URL=f"http://127.0.0.1:{service.server_port}",
        LEDGER_TOKEN=ARN,
        WORKER_QUEUE_URL=QUEUE_URL,
        WORKER_DEAD_LETTER_QUEUE_URL=DLQ_URL,
    )
    result = fake_lambda.invoke(main.lambda_handler, *({"entry_id": each, "text": "rent"} for each in STATUSES))
    result.assert_outcomes("Processed", "NonRetryable", "RetryLater", "Failed")
    assert service.entries[0] == ("/entries/good", "Bearer the token", {"entry_id": "good", "text": "rent"})
    assert [each.reason for each in result.dead_letters] == ["NonRetryable: the ledger refuses it: HTTP 409 Conflict"]
    assert result["message-3"].retry_after == 30
    assert 0 <= result["message-4"].retry_after <= 2

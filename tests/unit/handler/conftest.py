"""Sets the service name for each test, and resets the log and the list of redacted values."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from queuesmith_worker import redaction
from queuesmith_worker.log import logger
from queuesmith_worker.testing.fixtures import fake_lambda, load_handler

__all__ = ["fake_lambda", "load_handler"]


@pytest.fixture(autouse=True)
def _log_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test-orders")
    monkeypatch.setattr(redaction, "_secrets", [])
    yield
    logger.registered_handler.setStream(sys.stdout)  # type: ignore[attr-defined]

"""Fixtures for pytest. Put `pytest_plugins = ["queuesmith_worker.testing.fixtures"]` into the `conftest.py` of your tests."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType

try:
    import pytest
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("queuesmith_worker.testing.fixtures needs pytest, which is not installed") from error

from queuesmith_worker.testing.events import REGION
from queuesmith_worker.testing.fake_lambda import FakeLambda


@pytest.fixture
def fake_lambda() -> FakeLambda:
    """Return a Lambda with its own clock and SQS client."""
    return FakeLambda()


@pytest.fixture
def load_handler(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Return a function that sets environment variables and imports a handler's module, which reads them.

    The module is executed again for each test. The variables are reset after the test.

    Example:
    -------
        def test_order(load_handler, fake_lambda):
            main = load_handler("handlers.orders.main", ORDERS_TABLE="orders", WORKER_DEAD_LETTER_QUEUE_URL=DLQ_URL)
            fake_lambda.invoke(main.lambda_handler, "not JSON").assert_outcomes("NonRetryable")

    """

    def load(module: str, **environment: str) -> ModuleType:
        for name, value in {"AWS_DEFAULT_REGION": REGION, "POWERTOOLS_SERVICE_NAME": "testing", **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delitem(sys.modules, module, raising=False)
        return importlib.import_module(module)

    return load

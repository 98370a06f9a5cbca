"""Fixtures for pytest. Put `pytest_plugins = ["queuesmith_worker.testing.fixtures"]` into the `conftest.py` of your tests."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

try:
    import pytest
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("queuesmith_worker.testing.fixtures needs pytest, which is not installed") from error

from queuesmith_worker.testing.events import REGION
from queuesmith_worker.testing.fake_lambda import FakeLambda

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "POWERTOOLS_SERVICE_NAME": "testing",
}


@pytest.fixture
def fake_lambda() -> Iterator[FakeLambda]:
    """Return a Lambda with its own clock, SQS client and circuits, which each `pause_on_open` uses during the test."""
    found = FakeLambda()
    with found.circuits.replace_stores():
        yield found


@pytest.fixture
def load_handler(
    monkeypatch: pytest.MonkeyPatch,
    fake_lambda: FakeLambda,  # noqa: ARG001  # replaces the stores of circuits for calls outside an invocation
) -> Callable[..., ModuleType]:
    """Return a function that sets environment variables and imports a handler's module, which reads them.

    The module is executed again for each test. The variables are reset after the test. Unless the test sets others, the AWS
    credentials are not valid, so that a client of the module cannot reach your account.

    Example:
    -------
        def test_order(load_handler, fake_lambda):
            main = load_handler("handlers.orders.main", ORDERS_TABLE="orders", WORKER_DEAD_LETTER_QUEUE_URL=DLQ_URL)
            fake_lambda.invoke(main.lambda_handler, "not JSON").assert_outcomes("NonRetryable")

    """

    def load(module: str, **environment: str) -> ModuleType:
        for name, value in (_ENVIRONMENT | environment).items():
            monkeypatch.setenv(name, value)
        monkeypatch.delitem(sys.modules, module, raising=False)
        return importlib.import_module(module)

    return load

"""The LocalStack that all tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import python_of
from tests.localstack.server import LocalStack


@pytest.fixture(scope="session")
def localstack() -> Iterator[LocalStack]:
    with LocalStack(python_of("localstack")) as running:
        yield running

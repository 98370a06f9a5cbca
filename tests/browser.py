"""The system's Chromium, for tests of pages."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from queuesmith.common.errors import UsageError
from tests.conftest import unavailable
from tools import screenshots


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium, driven by Playwright in its own environment."""
    with contextlib.ExitStack() as stack:
        try:
            browser = stack.enter_context(screenshots.chromium())
        except (screenshots.NoBrowserError, UsageError) as error:
            unavailable(str(error))
        yield browser

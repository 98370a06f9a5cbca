"""A handler in its own folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs.invocation.handler import Handler


@pytest.fixture
def handler(tmp_path: Path) -> Handler:
    return Handler(tmp_path / "handlers")

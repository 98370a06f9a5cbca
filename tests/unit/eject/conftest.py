"""A current folder with a place for a synthesized stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.eject.stacks import STACK


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    STACK.mkdir(parents=True)
    return tmp_path

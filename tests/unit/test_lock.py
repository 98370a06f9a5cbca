"""`make lock-handlers` locks the handlers' requirements without upgrades. `make lock` upgrades them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools import lock


@pytest.fixture
def uv_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in which a fake uv records its arguments, in a project with three requirements files."""
    for source in ("handlers/requirements.in", "tools/environments/fuzz.in", "queuesmith/local/emulator.in"):
        (tmp_path / source).parent.mkdir(parents=True)
        (tmp_path / source).touch()
    uv = tmp_path / ".local" / "pipenv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n')
    uv.chmod(0o755)
    places = {"ROOT": tmp_path, "LOCAL": tmp_path / ".local", "LOCKS": tmp_path / "tools" / "environments"}
    places |= {"HANDLERS": tmp_path / "handlers", "EMULATOR_LOCK": tmp_path / "queuesmith" / "local" / "emulator.txt"}
    for name, place in places.items():
        monkeypatch.setattr(lock, name, place)
    monkeypatch.setattr(lock, "environment", lambda name: None)
    return tmp_path / "calls"


def test_handlers_are_locked_without_upgrades(uv_calls: Path) -> None:
    lock.lock_handlers()
    (call,) = uv_calls.read_text().splitlines()
    assert call.endswith("--output-file handlers/requirements.txt handlers/requirements.in")
    assert "--upgrade" not in call
    assert "--generate-hashes" in call
    assert "--no-emit-package=boto3" in call


def test_everything_is_locked_with_upgrades(uv_calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "find_pipenv", lambda: ["true"])
    lock.lock_everything()
    handlers, fuzz, emulator = uv_calls.read_text().splitlines()
    assert "--upgrade" in handlers
    assert "--upgrade" in fuzz
    assert "--upgrade" in emulator
    assert "--no-emit-package=boto3" not in fuzz
    assert fuzz.endswith("--output-file tools/environments/fuzz.txt tools/environments/fuzz.in")
    assert emulator.endswith("--output-file queuesmith/local/emulator.txt queuesmith/local/emulator.in")


def test_the_make_targets_run_these() -> None:
    for target, command in (("lock", "tools/lock.py"), ("lock-handlers", "tools/lock.py handlers")):
        make = ["make", "--no-print-directory", "--dry-run", f"PYTHON={sys.executable}", target]
        dry = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True)
        assert dry.stdout == f"{sys.executable} {command}\n"


def test_it_needs_the_standard_library_only() -> None:
    """On a new machine the system's Python runs it, before there is a .venv."""
    subprocess.run([sys.executable, "-S", "-c", "import tools.lock"], cwd=ROOT, check=True)

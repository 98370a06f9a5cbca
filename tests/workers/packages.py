"""Packages of the sample, and of projects that have a second worker, for this machine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from queuesmith.packaging.build import CACHE, build
from queuesmith.packaging.platforms import Platform
from tests.conftest import ROOT


def package_with(worker: str | None, folder: Path, *, patient: bool) -> Path:
    """The zip of a copy of handlers/ with one of these workers in a folder of its own, or of the sample alone.

    `patient`: its AWS clients wait for an answer as long as a test does. A test that counts deliveries needs that: with the
    second or two that the handler waits otherwise, each slow answer of the emulator is a failed delivery, or a second copy in
    the DLQ.
    """
    sources = folder / "handlers"
    shutil.copytree(ROOT / "handlers", sources, ignore=shutil.ignore_patterns("__pycache__"))
    if patient:
        _make_patient(sources / "worker" / "clients.py")
    if worker is None:
        return build(sources, folder / "orders.zip", Platform(), cache=ROOT / CACHE).path
    shutil.copytree(Path(__file__).with_name(worker), sources / worker, ignore=shutil.ignore_patterns("__pycache__"))
    return build(sources, folder / f"{worker}.zip", Platform(), f"handlers.{worker}.main.lambda_handler", ROOT / CACHE).path


def _make_patient(clients: Path) -> None:
    text, changes = re.subn(r"(connect|read)_timeout=\d+", r"\1_timeout=600", clients.read_text())
    assert changes == 4, f"the timeouts are not where they were in {clients.name}"
    clients.write_text(text)

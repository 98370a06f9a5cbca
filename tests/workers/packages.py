"""Packages of the sample, and of projects with a second worker, for this machine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from queuesmith.packaging.build import CACHE, build_zip
from queuesmith.packaging.platforms import Platform
from tests.conftest import ROOT


def package_with(worker: str | None, folder: Path, *, patient: bool) -> Path:
    """The zip of one of these workers in a copy of the project's code. Default: the sample.

    `patient`: its AWS clients wait as long for a response as a test does. Tests that count deliveries need that. Otherwise the
    handler waits only a second or two, so each slow response of the emulator is a failed delivery, or a second copy in the DLQ.
    """
    for name in ("handlers", "queuesmith_worker"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    if patient:
        _set_long_timeouts(folder / "queuesmith_worker" / "clients.py")
    name = worker or "orders"
    sources = folder / "handlers" / name
    if worker is not None:
        shutil.copytree(Path(__file__).with_name(worker), sources, ignore=shutil.ignore_patterns("__pycache__"))
    handler = f"handlers.{name}.main.lambda_handler"
    return build_zip(sources, folder / f"{name}.zip", Platform(), handler, ROOT / CACHE, project=folder).path


def _set_long_timeouts(clients: Path) -> None:
    text, changes = re.subn(r"(connect|read)_timeout=\d+", r"\1_timeout=600", clients.read_text())
    assert changes == 5, f"{clients.name} has not the expected timeouts"
    clients.write_text(text)

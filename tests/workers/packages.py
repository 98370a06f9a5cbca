"""Packages of projects that have a second worker."""

from __future__ import annotations

import shutil
from pathlib import Path

from queuesmith.packaging import CACHE, build
from queuesmith.platforms import Platform
from tests.conftest import ROOT


def package_with(worker: str, folder: Path) -> Path:
    """The zip, for this machine, of a copy of handlers/ with one of these workers in a folder of its own."""
    sources = folder / "handlers"
    shutil.copytree(ROOT / "handlers", sources, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(Path(__file__).with_name(worker), sources / worker, ignore=shutil.ignore_patterns("__pycache__"))
    return build(sources, folder / f"{worker}.zip", Platform(), f"handlers.{worker}.main.lambda_handler", ROOT / CACHE).path

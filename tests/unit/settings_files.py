"""A `config/` folder for one test."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from queuesmith.settings.loading import Configuration, load

GOOD = """
region = "eu-west-1"
backend.type = "local"
workers.orders.function.artifact.zip = "orders.zip"
"""
_LINE = re.compile(r"(\.toml):\d+\)")


def read(tmp_path: Path, only: tuple[str, ...] = (), **files: str) -> Configuration:
    """The configuration that is read from these files. Its problems name the file, without the line."""
    configuration = load(write(tmp_path, **files), only)
    return replace(configuration, problems=[_LINE.sub(r"\1)", each) for each in configuration.problems])


def write(tmp_path: Path, **files: str) -> Path:
    """The folder `config` with these files."""
    folder = tmp_path / "config"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)
    return folder

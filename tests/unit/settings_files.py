"""A `config/` folder for one test."""

from __future__ import annotations

from pathlib import Path

from queuesmith.settings.loading import Configuration, load

GOOD = """
region = "eu-west-1"
backend.type = "local"
workers.orders.function.artifact.zip = "orders.zip"
"""


def read(tmp_path: Path, only: tuple[str, ...] = (), **files: str) -> Configuration:
    """The configuration that is read from these files."""
    folder = tmp_path / "config"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)
    return load(folder, only)

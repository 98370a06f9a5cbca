"""The Python environments under `.local/`. `tools/setup.py` creates them for programs with conflicting requirements."""

from __future__ import annotations

from pathlib import Path

from queuesmith.common.errors import UsageError


def environment_python(root: Path, name: str = "emulator") -> Path:
    """The Python of an environment. Raises UsageError if the environment does not exist."""
    python = root / ".local" / name / "bin" / "python"
    if not python.exists():
        raise UsageError(f"The Python environment .local/{name} does not exist. Create it: python3 tools/setup.py {name}")
    return python

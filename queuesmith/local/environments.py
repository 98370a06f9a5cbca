"""The Python environments that `tools/setup.py` makes under `.local/`: programs that must not share this one's packages."""

from __future__ import annotations

from pathlib import Path

from queuesmith.common.errors import UsageError


def environment_python(root: Path, name: str = "emulator") -> Path:
    """The Python of an environment. Raises UsageError where it is not there."""
    python = root / ".local" / name / "bin" / "python"
    if not python.exists():
        raise UsageError(f"The environment .local/{name} is not there. Make it: python3 tools/setup.py {name}")
    return python

"""Processes that are still running."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def processes_under(folder: Path, but: int | None = None) -> list[str]:
    """Processes whose command line contains the folder or, if /proc exists, that run in it. `but` is excluded."""
    if not Path("/proc/self").exists():
        listing = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
        return [line for line in listing.splitlines() if str(folder) in line and line.split()[0] != str(but)]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            seen = [(process / "cmdline").read_text(errors="replace"), os.readlink(process / "cwd")]
        except OSError:  # it has ended, or belongs to another user
            continue
        if process.name != str(but) and any(str(folder) in text for text in seen):
            found.append(f"{process.name}: {seen}")
    return found

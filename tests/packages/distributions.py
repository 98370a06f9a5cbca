"""The two distributions, built and installed into empty environments."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.conftest import ROOT

FOLDERS = {"queuesmith": ".", "queuesmith_worker": "queuesmith_worker"}
"""The folder of each distribution in a checkout."""


def built(name: str, folder: Path, root: Path = ROOT) -> Path:
    """The wheel, built from the sdist in the same folder."""
    build(root / FOLDERS[name], folder)
    (wheel,) = folder.glob(f"{name}-*.whl")
    return wheel


def build(project: Path, folder: Path, *options: str, umask: int = -1) -> None:
    """Build a project: its sdist, and its wheel from that. `--wheel` builds only the wheel, from the project itself."""
    command = [sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", str(folder), str(project)]
    subprocess.run(command, check=True, capture_output=True, umask=umask)


def installed(wheel: Path, folder: Path, *, dependencies: bool = True) -> Path:
    """The Python of an empty environment with the wheel. This environment's pip installs it and compiles no bytecode,
    because most modules are never loaded.

    Without `dependencies`, the new environment sees the packages of the environment that runs the tests, but neither of the two
    distributions. That saves minutes: cdktf and the AWS bindings are about 700 MB.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet", "--no-compile"]
    if not dependencies:
        (packages,) = folder.glob("lib/python*/site-packages")
        (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
        pip.append("--no-deps")
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    return folder / "bin" / "python"

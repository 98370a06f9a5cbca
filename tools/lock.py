"""Resolves the lock files: `make lock` upgrades all; `make lock-handlers` pins the imports of the handlers.

Review the diff before you commit it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from queuesmith.local.python_environments import EMULATOR_LOCK
from queuesmith.packaging.requirements import RUNTIME_PACKAGES
from tools.setup import LOCAL, LOCKS, ROOT, environment, find_pipenv, locked, npm

HANDLERS = ROOT / "handlers"
CATEGORIES = "packages dev-packages embedded-terraform"


def lock_handlers(*options: str) -> None:
    """Pin the imports of the handlers. Without `--upgrade`, existing pins stay unchanged."""
    not_packaged = [f"--no-emit-package={name}" for name in RUNTIME_PACKAGES]
    _compile(sorted(HANDLERS.rglob("requirements.in")), *not_packaged, *options)


def lock_everything() -> None:
    """Upgrade every lock file: the handlers' lock files, those in tools/environments/, the emulator's, and Pipfile.lock."""
    lock_handlers("--upgrade")
    _compile([*sorted(LOCKS.glob("*.in")), EMULATOR_LOCK.with_suffix(".in")], "--upgrade")
    environment("cdktf-cli")
    for package in sorted(LOCKS.glob("*/package.json")):
        subprocess.run([*npm(), "install", "--package-lock-only", "--ignore-scripts"], cwd=package.parent, check=True)
    variables = {**os.environ, "PIPENV_VENV_IN_PROJECT": "1", "PIPENV_IGNORE_VIRTUALENVS": "1"}
    subprocess.run([*find_pipenv(), "lock", "--categories", CATEGORIES], cwd=ROOT, env=variables, check=True)


def _compile(sources: Iterable[Path], *options: str) -> None:
    environment("pipenv")
    uv = [str(LOCAL / "pipenv" / "bin" / "uv"), "pip", "compile", "--native-tls", "--universal", "--python-version", "3.11"]
    for source in sources:
        target = str(source.with_suffix(".txt").relative_to(ROOT))
        command = [*uv, *options, "--generate-hashes", "--no-header", "--quiet", "--output-file", target]
        subprocess.run([*command, str(source.relative_to(ROOT))], cwd=ROOT, check=True)
        print(target)


if __name__ == "__main__":
    with locked():
        if sys.argv[1:] == ["handlers"]:
            lock_handlers()
        else:
            lock_everything()

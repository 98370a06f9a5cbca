"""Resolves Pipfile and every other lock file anew: `make lock`. Look at the diff before committing it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.setup import LOCAL, LOCKS, ROOT, environment, find_pipenv, npm, one_at_a_time

HANDLERS = ROOT / "handlers" / "requirements.in"
BROUGHT_BY_THE_RUNTIME = ("boto3", "botocore", "python-dateutil", "s3transfer", "six", "urllib3")
"""Packages of Lambda's Python runtimes, which stay out of the handler's zip."""
CATEGORIES = "packages dev-packages embedded-terraform"


def main() -> None:
    """Write every lock file."""
    with one_at_a_time():
        _lock()


def _lock() -> None:
    environment("pipenv")
    environment("cdktf-cli")
    uv = [str(LOCAL / "pipenv" / "bin" / "uv"), "pip", "compile", "--native-tls", "--universal", "--python-version", "3.11"]
    brought = [f"--no-emit-package={name}" for name in BROUGHT_BY_THE_RUNTIME]
    for source in [*sorted(LOCKS.glob("*.in")), HANDLERS]:
        target = source.with_suffix(".txt").relative_to(ROOT)
        options = ["--upgrade", "--generate-hashes", "--no-header", "--quiet", "--output-file", str(target)]
        options += brought if source == HANDLERS else []
        subprocess.run([*uv, *options, str(source.relative_to(ROOT))], cwd=ROOT, check=True)
        print(target)
    for package in sorted(LOCKS.glob("*/package.json")):
        subprocess.run([*npm(), "install", "--package-lock-only", "--ignore-scripts"], cwd=package.parent, check=True)
    variables = {**os.environ, "PIPENV_VENV_IN_PROJECT": "1", "PIPENV_IGNORE_VIRTUALENVS": "1"}
    subprocess.run([*find_pipenv(), "lock", "--categories", CATEGORIES], cwd=ROOT, env=variables, check=True)


if __name__ == "__main__":
    main()

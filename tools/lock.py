"""Resolves Pipfile and every other lock file anew: `make lock`. Look at the diff before committing it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from setup import LOCKS, ROOT, VENV, find_pipenv, npm


def main() -> None:
    """Write every lock file."""
    sources = [*sorted(LOCKS.glob("*.in")), ROOT / "handlers" / "requirements.in"]
    for source in sources:
        compile_one = [str(VENV / "bin" / "uv"), "pip", "compile", "--native-tls", "--universal", "--python-version", "3.11"]
        compile_one += ["--upgrade", "--generate-hashes", "--no-header", "--quiet", "--output-file"]
        target = source.with_suffix(".txt")
        subprocess.run([*compile_one, str(target.relative_to(ROOT)), str(source.relative_to(ROOT))], cwd=ROOT, check=True)
        print(target.relative_to(ROOT))
    subprocess.run([*npm(), "install", "--package-lock-only", "--ignore-scripts"], cwd=LOCKS / "cdktf-cli", check=True)
    categories = "packages dev-packages embedded-terraform"
    subprocess.run([*find_pipenv(), "lock", "--categories", categories], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()

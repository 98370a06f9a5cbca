"""Finds a function's requirements, compares them with the lock file, and installs them for the function's platform."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from queuesmith.common.errors import PackagingError
from queuesmith.packaging.platforms import Platform

REQUIREMENTS = "requirements.txt"
RUNTIME_PACKAGES = ("boto3", "botocore", "python-dateutil", "s3transfer", "six", "urllib3")
"""Packages in Lambda's Python runtimes, which are not added to the functions' zips."""
RELOCK_HINT = (
    "compile requirements.in again, with hashes (uv pip compile --generate-hashes, or pip-compile; "
    "in a project of `queuesmith init`: make lock-handlers)"
)
"""The instruction after a change of `requirements.in`."""
_FORMAT = 1
"""Increase it when the way of installing changes, so that cached requirements are installed again."""
_NAME = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:[\[=<>!~#\\]|@ |$)")
_ARCHIVES = (".whl", ".zip", ".tar.gz")
_INSTALL = ("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile", "--disable-pip-version-check")


def requirement_files(folder: Path) -> tuple[Path, Path]:
    """Return the two files that can contain a worker's locked requirements: its own, and the one in the folder above."""
    return folder / REQUIREMENTS, folder.parent / REQUIREMENTS


def requirements_of(folder: Path) -> Path:
    """Return the file with a worker's locked requirements: in its folder, or in the folder above, for all workers there.

    Raises PackagingError if there is none, or if the `requirements.in` next to it names a package that is not locked.
    """
    own, shared = requirement_files(folder)
    file = shared if shared.is_file() and not own.is_file() else own
    if not file.is_file():
        raise PackagingError(f"Neither {own} nor {shared} exists. Create one that lists the handler's packages with hashes")
    source = file.with_suffix(".in")
    if source.is_file():
        required = [line for line in source.read_text().splitlines() if ";" not in line]  # a marker can exclude the package
        locked = _package_names(file.read_text().splitlines())
        if missing := sorted(_package_names(required) - locked - set(RUNTIME_PACKAGES)):
            raise PackagingError(f"{source} lists {', '.join(missing)}, but {file} does not. To fix it, {RELOCK_HINT}")
    return file


def is_locked(package: str, requirements: Path) -> bool:
    """Whether a file with locked requirements contains a package."""
    return package in _package_names(requirements.read_text().splitlines())


def _package_names(lines: list[str]) -> set[str]:
    matches = (_NAME.match(line) for line in lines if not line.strip().endswith(_ARCHIVES))
    return {re.sub(r"[-_.]+", "-", match[1]).lower() for match in matches if match}


def install(requirements: Path, platform: Platform, cache: Path) -> Path:
    """Install the requirements for the platform, and return the folder. It is cached: a change of code needs no download.

    Raises PackagingError if pip fails.
    """
    text = requirements.read_text()
    key = hashlib.sha256(f"{_FORMAT} {platform.key} {text}".encode()).hexdigest()[:16]
    folder = cache / f"{platform!s}-{key}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    if not any(line.strip() and not line.startswith("#") for line in text.splitlines()):
        folder.mkdir(exist_ok=True)  # there is nothing to install
        return folder
    with tempfile.TemporaryDirectory(dir=cache, prefix=".partial-") as partial:
        target = Path(partial) / "packages"
        target.mkdir()
        command = [sys.executable, "-m", "pip", "install", *_INSTALL, "--target", str(target), "-r", str(requirements)]
        command += platform.pip_arguments()
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise PackagingError(
                f"pip could not install {requirements} for {platform}:\n{result.stderr.strip()[-3000:]}\n"
                f"Check that the package index is reachable. After a change of requirements.in, {RELOCK_HINT}"
            )
        shutil.rmtree(target / "bin", ignore_errors=True)
        try:
            os.replace(target, folder)
        except OSError:
            if not folder.is_dir():  # another process was faster
                raise
    return folder

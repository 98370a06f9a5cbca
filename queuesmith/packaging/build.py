"""Builds the function's zip: the sources in `handlers/` and their hash-pinned requirements, for a named platform.

The same sources, requirements and platform give the same bytes (deflated by the same zlib): entries are sorted, have one
date and one mode, and what an installer adds about itself is left out.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from queuesmith.common.errors import PackagingError, UsageError
from queuesmith.common.files import replace_file, replacing
from queuesmith.packaging.lambda_limits import check
from queuesmith.packaging.platforms import Platform
from queuesmith.packaging.source_files import source_files
from queuesmith.readers.handler_code import problem_in_sources

_FORMAT = 1
"""Counted up when the layout of the zip changes, so that older ones are built anew."""
REQUIREMENTS = "requirements.txt"
CACHE = Path("build") / ".dependencies"
"""Where installed requirements are kept, in the project's folder."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})


@dataclass(frozen=True)
class Package:
    """A zip that was built, or was there already."""

    path: Path
    """Where it is."""
    size: int
    """Bytes."""
    files: int
    """How many are in it."""
    fresh: bool
    """Whether it was built now; otherwise it was there, from the same inputs."""


def build(
    sources: Path, output: Path, platform: Platform, handler: str = "main.lambda_handler", cache: Path | None = None
) -> Package:
    """Build the zip of `sources` (a Python package with `requirements.txt`) at `output`.

    `cache` keeps installed requirements; left out, it is in `build/` beside the sources.

    Raises PackagingError where something is missing, pip fails, the sources hold what does not belong into a zip, or Lambda
    could not run the result. Nothing half-written is left.
    """
    if output.is_dir():
        raise UsageError(f"{output} is a folder; the package is a file: name one, such as {output / 'orders.zip'}")
    requirements = sources / REQUIREMENTS
    if not requirements.is_file():
        raise PackagingError(f"{requirements} is not there. It lists what the handler imports, with hashes")
    entries = dict(_source_entries(sources))
    if problem := problem_in_sources(sources, handler):
        raise PackagingError(f'The handler is "{handler}", but {problem}')
    inputs = _inputs(entries, requirements, platform)
    record = output.with_name(f"{output.name}.json")
    known = _known(output, record, inputs)
    if known is not None:
        return known
    dependencies = _dependencies(requirements, platform, cache or sources.absolute().parent / CACHE)
    for path in _installed_files(dependencies):
        entries.setdefault(path.relative_to(dependencies).as_posix(), path.read_bytes())
    check(entries, platform)
    sha256 = _write_zip(output, entries)
    about = {"inputs": inputs, "sha256": sha256, "files": len(entries), "platform": str(platform)}
    replace_file(record, json.dumps(about, indent=2) + "\n")
    return Package(output, output.stat().st_size, len(entries), fresh=True)


def _source_entries(sources: Path) -> Iterator[tuple[str, bytes]]:
    """The package under its name, and its `main.py` at the root too: the handler is `main.lambda_handler`."""
    for path in source_files(sources):
        yield f"{sources.name}/{path.relative_to(sources).as_posix()}", path.read_bytes()
    if (sources / "main.py").is_file():
        yield "main.py", (sources / "main.py").read_bytes()


def _inputs(entries: dict[str, bytes], requirements: Path, platform: Platform) -> str:
    digest = hashlib.sha256(f"{_FORMAT} {platform.key} {zlib.ZLIB_RUNTIME_VERSION}".encode())
    for name, content in sorted([*entries.items(), (REQUIREMENTS, requirements.read_bytes())]):
        digest.update(f"\n{name} {hashlib.sha256(content).hexdigest()}".encode())
    return digest.hexdigest()


def _known(output: Path, record: Path, inputs: str) -> Package | None:
    try:
        known = json.loads(record.read_text())
        if known["inputs"] == inputs and known["sha256"] == _sha256(output):
            return Package(output, output.stat().st_size, known["files"], fresh=False)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _dependencies(requirements: Path, platform: Platform, cache: Path) -> Path:
    """A folder with the requirements installed for the platform; kept, so that a change of sources downloads nothing."""
    key = hashlib.sha256(f"{_FORMAT} {platform.key} {requirements.read_text()}".encode()).hexdigest()[:16]
    folder = cache / f"{platform!s}-{key}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    if not any(line.strip() and not line.startswith("#") for line in requirements.read_text().splitlines()):
        folder.mkdir(exist_ok=True)  # nothing to ask pip for
        return folder
    with tempfile.TemporaryDirectory(dir=cache, prefix=".partial-") as partial:
        target = Path(partial) / "packages"
        target.mkdir()
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--require-hashes",
            "--no-deps",
            "--only-binary=:all:",
            "--no-compile",
        ]
        command += ["--disable-pip-version-check", "--target", str(target), "-r", str(requirements), *platform.pip_arguments()]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise PackagingError(
                f"pip could not install {requirements} for {platform}:\n{result.stderr.strip()[-3000:]}\n"
                f"Is the package index reached? After a change of {requirements.with_suffix('.in').name}: make lock-handlers"
            )
        shutil.rmtree(target / "bin", ignore_errors=True)
        try:
            os.replace(target, folder)
        except OSError:
            if not folder.is_dir():  # somebody else was faster
                raise
    return folder


def _installed_files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.relative_to(folder).parts
        and not (path.parent.name.endswith(".dist-info") and path.name in _LEFT_OUT)
    )


def _write_zip(output: Path, entries: dict[str, bytes]) -> str:
    """Its SHA-256, from before it takes its place: there another build may replace it at once."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with replacing(output) as partial:
        with zipfile.ZipFile(partial, "w") as archive:
            for name, content in sorted(entries.items()):
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.create_system = 3
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)
        return _sha256(partial)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

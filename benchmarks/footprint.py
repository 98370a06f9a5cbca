"""`python -m benchmarks.footprint`: measures a first `make demo` in a new clone, and writes docs/footprint.md.

Each step is one process with an empty home folder, so that it finds no caches. The packages are downloaded once more to measure
their sizes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name

from benchmarks.report import ROOT, Section, machine
from benchmarks.synth import environment

PAGE = ROOT / "docs" / "footprint.md"
LARGE = 5
"""MB on disk from which a package has its own row."""
OTHERS = "other packages in .venv"
PYTHON = 'python_version > "3"'
"""The marker of a locked package without one."""
STEPS = {
    "install the commands' packages": "python3 tools/setup.py",
    "install the emulator": "python3 tools/setup.py emulator",
    "first `make demo` after that": "make demo",
    "second `make demo`": "make demo",
}
"""What a first `make demo` does, step by step, and a second one."""
MORE_STEPS = {
    "install an embedded Terraform, if none is on the PATH": "python3 tools/setup.py embedded-terraform",
    "install the packages for tests and lint": "python3 tools/setup.py dev",
}
LOCKS = ("tools/environments", "queuesmith/local")
"""The folders with locks. Each has the name of its folder in `.local/`."""
HEAD = """\
# Disk, downloads and time of a first run

Written by `python -m benchmarks.footprint`, in one run: `make demo` in a new clone with empty caches. The wall time depends on
the network and on the machine's other programs. The processor time hardly depends on them.
"""

OPTIONS = ("--compile", "--no-compile")
PART_COLUMNS = ("part", "MB downloaded", "MB on disk", "of which bytecode")
PARTS = """\
The largest part is the AWS bindings: in Python (`cdktf-cdktf-provider-aws`), and unpacked for Node (jsii's cache). They
contain all resources of AWS. With a trimmed copy, your stacks could use only what we chose ([decision
1](decisions/0001-fast-cdktf.md)). The bindings of the fork cdktn are not smaller. Terraform's AWS provider (700 MB) is
not in the table, because this machine has it in a mirror. Bytecode that pip did not write is in the row of the other
packages."""
BYTECODE = """\
pip compiles every module that it installs. A stack uses some thirty of the bindings' 2,200 modules, so `make` tells pip
to compile nothing (`PIP_COMPILE=0`), and then itself compiles all packages except the bindings. The packages in the table
are installed from downloaded files. In your own project, set `PIP_COMPILE=0` for `pip` and `pipenv`: Python then compiles
each module when it first imports it."""


@dataclass(frozen=True)
class Size:
    """The size of files in MB."""

    total: float = 0
    bytecode: float = 0
    """The part in `.pyc` files."""

    def __add__(self, other: Size) -> Size:
        return Size(self.total + other.total, self.bytecode + other.bytecode)


def main() -> None:
    """Measure, and write the page."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="queuesmith-footprint-") as name:
        folder = Path(name)
        clone, home = folder / "clone", folder / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        variables = environment(HOME=str(home), XDG_CACHE_HOME=str(home / ".cache"))
        rows = [_step(label, command, folder, clone, variables) for label, command in STEPS.items()]
        sizes = dict(_parts(clone, home))
        rows += [_step(label, command, folder, clone, variables) for label, command in MORE_STEPS.items()]
        downloads = _downloads(clone, sizes, folder / "downloads")
        compiled = [_step(f"pip install {option}", _pip_install(option), folder, clone, variables) for option in OPTIONS]
    columns = ("step", "s", "processor s", "MB on disk")
    steps = Section("Steps", columns, rows)
    bytecode = Section("Installing the commands' packages, with and without bytecode", columns, compiled, BYTECODE)
    parts = Section("Disk space after `make demo`, by part", PART_COLUMNS, list(_rows(sizes, downloads)), PARTS)
    sections = (steps, parts, bytecode)
    PAGE.write_text("\n".join([HEAD, f"Run: {machine()}. {_load(load)}", "", *(section.markdown() for section in sections)]))
    print(PAGE.read_text())


def _load(begin: float) -> str:
    """A sentence about the machine's other programs."""
    return f"Load average: {begin:.1f} at the start, {os.getloadavg()[0]:.1f} at the end."


def _pip_install(option: str) -> str:
    """A command that installs the downloaded packages into a new environment."""
    return (
        f"python3 -m venv --without-pip ../new{option} && .venv/bin/python -m pip --python ../new{option}/bin/python install "
        f"--quiet --no-deps --no-index --find-links ../downloads/packages --requirement requirements.txt {option}"
    )


def _step(label: str, command: str, folder: Path, clone: Path, variables: Mapping[str, str]) -> tuple[str, ...]:
    before, begin = _size(folder).total, time.perf_counter()
    process = subprocess.Popen(["sh", "-c", command], cwd=clone, env=variables, stdout=sys.stderr, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed")
    seconds, processor = time.perf_counter() - begin, usage.ru_utime + usage.ru_stime
    return label, f"{seconds:.0f}", f"{processor:.0f}", f"{_size(folder).total - before:.0f}"


def _size(folder: Path) -> Size:
    """The size of all files in a folder, without following links."""
    total = bytecode = 0
    for place, _, names in os.walk(folder):
        for name in names:
            size = os.lstat(os.path.join(place, name)).st_size
            total += size
            bytecode += size if name.endswith(".pyc") else 0
    return Size(total / 1e6, bytecode / 1e6)


def _parts(clone: Path, home: Path) -> Iterator[tuple[str, Size]]:
    """The parts of a clone and a home folder: large packages, the other environments, and caches."""
    (packages,) = (clone / ".venv").glob("lib/python*/site-packages")
    rest = _size(clone / ".venv")
    for package in distributions(path=[str(packages)]):
        files = [Path(str(file.locate())) for file in package.files or ()]
        sizes = [(file.lstat().st_size / 1e6, file.suffix) for file in files if file.is_file()]
        size = Size(sum(mb for mb, _ in sizes), sum(mb for mb, suffix in sizes if suffix == ".pyc"))
        if size.total >= LARGE:
            yield canonicalize_name(package.name), size
            rest = Size(rest.total - size.total, rest.bytecode - size.bytecode)
    yield OTHERS, rest
    for path in sorted((clone / ".local").iterdir()):
        if path.is_dir():
            yield f".local/{path.name}", _size(path)
    yield "jsii's cache of the bindings (in the home folder)", _size(home / ".cache" / "aws")


def _downloads(clone: Path, parts: Iterable[str], target: Path) -> dict[str, float]:
    """The MB of the files of each locked package, by its name, and of the other environments, by their folders."""
    entries = json.loads((clone / "Pipfile.lock").read_text())["default"]
    lines = [
        f"{name}{entry['version']} ; {entry.get('markers', PYTHON)} --hash={' --hash='.join(entry['hashes'])}"
        for name, entry in entries.items()
    ]
    requirements = clone / "requirements.txt"
    requirements.write_text("\n".join(lines))
    packages = _download(clone, requirements, target / "packages")
    others = [part for part in parts if part.startswith(".local")]
    locks = [(part, clone / folder / f"{Path(part).name}.txt") for folder in LOCKS for part in others]
    found = {part: lock for part, lock in locks if lock.is_file()}
    return packages | {part: sum(_download(clone, lock, target / lock.stem).values()) for part, lock in found.items()}


def _download(clone: Path, requirements: Path, target: Path) -> dict[str, float]:
    pip: list[str | Path] = [clone / ".venv" / "bin" / "python", "-m", "pip", "download", "--quiet"]
    options: list[str | Path] = ["--no-deps", "--require-hashes", "--requirement", requirements, "--dest", target]
    subprocess.run([*pip, *options], check=True, stdout=sys.stderr)
    return {canonicalize_name(path.name.split("-")[0]): path.stat().st_size / 1e6 for path in target.iterdir()}


def _rows(sizes: Mapping[str, Size], downloads: dict[str, float]) -> Iterator[tuple[str, ...]]:
    """The rows of the table of parts, the largest first, and their sum."""
    small = sum(mb for name, mb in downloads.items() if name not in sizes)
    downloaded = {**downloads, OTHERS: small}
    for part, size in sorted(sizes.items(), key=lambda item: -item[1].total):
        mb = f"{downloaded[part]:.0f}" if part in downloaded else ""
        yield part, mb, f"{size.total:.0f}", f"{size.bytecode:.0f}"
    total = sum(sizes.values(), Size())
    yield "sum", f"{sum(downloads.values()):.0f}", f"{total.total:.0f}", f"{total.bytecode:.0f}"


if __name__ == "__main__":
    main()

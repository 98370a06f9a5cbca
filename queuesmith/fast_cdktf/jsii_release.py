"""The release of jsii whose insides are known here. With any other, jsii does everything as it always does."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from pathlib import Path

KERNEL, PROCESS = "jsii._kernel", "jsii._kernel.providers.process"
KNOWN = {
    KERNEL: "46aced97a9815ae56086bea7fefe8ec35bf0c6c64f0b247fb520f2a6f34af68d",
    PROCESS: "5260a05150ee02f673b183103b2ff892c327af5ef3b38bd293ab761f5d02241f",
}
"""Modules by the SHA-256 of their source: jsii 1.142 has these."""
PROGRAM_HAS = ("readFD:3,writeFD:3", '"runtime-index-worker.js"')
"""What jsii's program in Node has once, and `jsii_runtime.cjs` changes: where its messages are, and the name of a file
beside it.
"""


def is_known() -> bool:
    """Whether both modules are the known ones. Imports neither."""
    folder = _folder()
    return folder is not None and all(_digest(folder, name) == digest for name, digest in KNOWN.items())


def program() -> Path | None:
    """jsii's program in Node, where it and its surroundings are as expected."""
    folder = _folder()
    if folder is None:
        return None
    file, worker = (folder / "_embedded" / "jsii" / name for name in ("lib__program.js", "lib__runtime-index-worker.js"))
    if not file.is_file() or not worker.is_file():
        return None
    source = file.read_bytes()
    return file if all(source.count(part.encode()) == 1 for part in PROGRAM_HAS) else None


def _folder() -> Path | None:
    spec = importlib.util.find_spec("jsii")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


@functools.cache
def _digest(folder: Path, name: str) -> str | None:
    place = folder.joinpath(*name.split(".")[1:])
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None

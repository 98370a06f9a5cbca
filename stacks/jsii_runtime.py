"""Runs the Node side of jsii in one process instead of two, and from places that do not change.

jsii's own runtime starts a second Node for its program and hands every message on; it copies the program into a temporary
folder each time, and loads the packages from another, so that Node's compile cache never finds them again and grows with
every run. `jsii_runtime.cjs` runs the same program in the process that Python has started. Where jsii does not look as
expected, or the user has set `JSII_RUNTIME`, its own runtime is used.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

RUNTIME = Path(__file__).with_name("jsii_runtime.cjs")
PROVIDER = "jsii._kernel.providers.process"
PROGRAM = "QUEUESMITH_JSII_PROGRAM"
EXPECTED = ("readFD:3,writeFD:3", '"runtime-index-worker.js"')
"""What the program has once, and `jsii_runtime.cjs` changes: where its messages are, and the name of a file beside it."""

_log = logging.getLogger(__name__)


def prepare() -> None:
    """Have the program run by `jsii_runtime.cjs` when jsii starts Node."""
    program = _program()
    if program is None:
        _log.debug("jsii's program is not as expected, so its own runtime is used")
        return
    os.environ[PROGRAM] = str(program)
    if PROVIDER in sys.modules:
        _use_ours(sys.modules[PROVIDER])
    else:
        sys.meta_path.insert(0, _WhenImported(PROVIDER, _use_ours))


def _program() -> Path | None:
    spec = importlib.util.find_spec("jsii")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).with_name("_embedded") / "jsii"
    program, worker = folder / "lib__program.js", folder / "lib__runtime-index-worker.js"
    if not program.is_file() or not worker.is_file():
        return None
    source = program.read_bytes()
    return program if all(source.count(part.encode()) == 1 for part in EXPECTED) else None


def _use_ours(provider: ModuleType) -> None:
    process: Any = getattr(provider, "_NodeProcess", None)
    if hasattr(process, "_jsii_runtime"):
        process._jsii_runtime = lambda _: str(RUNTIME)
    else:
        _log.debug("%s is not as expected, so jsii's own runtime is used", PROVIDER)


class _WhenImported(MetaPathFinder):
    """Does something with a module once it has been imported, whoever imports it."""

    def __init__(self, name: str, then: Callable[[ModuleType], None]) -> None:
        self._name, self._then = name, then

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,  # noqa: ARG002 - as importlib calls it
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """The module's own spec, for that module; nothing for any other."""
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_and_then(module: ModuleType) -> None:
                run(module)
                self._then(module)

            spec.loader.exec_module = run_and_then  # type: ignore[method-assign]
        return spec

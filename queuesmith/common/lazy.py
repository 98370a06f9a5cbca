"""Exports of a package that are loaded when they are first used, so that importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import sys
from collections.abc import Callable


def lazy_exports(package: str) -> Callable[[str], object]:
    """Return the `__getattr__` of a package. Its exports are the imports under `if TYPE_CHECKING` in its `__init__.py`.

    Type checkers need these imports anyway, so the package does not list its exports a second time. They are read from the
    source when an export is first used.

    Parameters
    ----------
    package
        The package's `__name__`.

    Example
    -------
        if TYPE_CHECKING:
            from queuesmith.aws.connection import Connection

        __all__ = ["Connection"]

        __getattr__ = lazy_exports(__name__)

    """

    @functools.cache
    def modules() -> dict[str, str | None]:
        statements = ast.parse(inspect.getsource(sys.modules[package])).body
        blocks = [statement.body for statement in statements if isinstance(statement, ast.If)]
        imports = [each for block in blocks for each in block if isinstance(each, ast.ImportFrom)]
        return {alias.name: each.module for each in imports for alias in each.names}

    def load(name: str) -> object:
        module = None if name.startswith("__") else modules().get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(module), name)

    return load

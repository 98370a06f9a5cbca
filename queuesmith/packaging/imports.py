"""Finds the imports of a Python file without running it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Import:
    """One name of an import statement."""

    module: str
    """The full name, such as `handlers.common.money`. It can also be a function or class of the module before the last dot."""
    line: int
    is_certain: bool
    """Whether loading the file always executes it: it is not in a function, under `if` or in `try`."""
    is_module: bool
    """Whether the name must be a module. A name after `from … import` can also be an attribute of one."""


def imports_in(source: bytes, package: str) -> Iterator[Import]:
    """Yield every import in a file of `package`, except those for type checkers.

    Yields nothing if Python cannot parse the file.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's warnings about the code are for its author
            module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    waiting: list[tuple[ast.AST, bool]] = [(node, True) for node in module.body]
    while waiting:
        node, is_certain = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imports_of(node, package, is_certain=is_certain)
        children = node.orelse if isinstance(node, ast.If) and _is_for_type_checkers(node.test) else ast.iter_child_nodes(node)
        waiting += ((child, False) for child in children if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case))


def _imports_of(node: ast.Import | ast.ImportFrom, package: str, *, is_certain: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, node.lineno, is_certain, is_module=True)
        return
    base = node.module or ""
    if node.level:
        steps = package.split(".")
        if not package or node.level > len(steps):
            return  # Python rejects this import
        base = ".".join([*steps[: len(steps) - node.level + 1], *filter(None, [node.module])])
    yield Import(base, node.lineno, is_certain, is_module=True)
    for alias in node.names:
        yield Import(f"{base}.{alias.name}", node.lineno, is_certain, is_module=False)


def _is_for_type_checkers(test: ast.expr) -> bool:
    return ast.unparse(test).rpartition(".")[2] == "TYPE_CHECKING"

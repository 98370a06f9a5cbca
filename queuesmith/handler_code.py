"""Whether a Python handler, such as `main.lambda_handler`, is in the code that Lambda will get."""

from __future__ import annotations

import ast
import zipfile
from pathlib import Path

from queuesmith.rules import Known, Unknown

LARGEST_MODULE = 4_000_000
"""Bytes of source that are read."""


def names_defined(module: ast.Module) -> set[str]:
    """What a module has at its top level: functions, classes, assignments and imports; `*` where it imports all of another."""
    names: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.If | ast.Try | ast.With):
            names.add("*")  # it may be defined in there
    return names


def problem_in_zip(path: Path, handler: str, *, layers: bool = False) -> Known[str | None]:
    """What is wrong with a Python handler in a zip; None: nothing. Unknown where that cannot be told.

    `layers`: whether the function has layers, which may hold the module.
    """
    module, dot, function = handler.rpartition(".")
    if not dot:
        return "that is not MODULE.FUNCTION"
    inside = module.replace(".", "/")
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            found = next((name for name in (f"{inside}.py", f"{inside}/__init__.py") if name in names), None)
            if found is None:
                compiled = any(name.startswith((f"{inside}.", f"{inside}/")) for name in names)
                return Unknown(f"{module} in {path.name}") if compiled or layers else f"there is no {inside}.py in {path.name}"
            if archive.getinfo(found).file_size > LARGEST_MODULE:
                return Unknown(f"{found} in {path.name}")
            defined = names_defined(ast.parse(archive.read(found)))
    except (
        OSError,
        ValueError,
        SyntaxError,
        RecursionError,
        MemoryError,
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
    ):
        return Unknown(f"the code in {path.name}")
    if function in defined:
        return None
    return Unknown(f"what {found} has") if "*" in defined else f"{found} in {path.name} has no {function}"

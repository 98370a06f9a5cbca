"""Whether a Python handler, such as `main.lambda_handler`, is in the code that Lambda will get."""

from __future__ import annotations

import ast
import difflib
import functools
import lzma
import os
import warnings
import zipfile
import zlib
from pathlib import Path

from queuesmith.rules import Known, Unknown

SOURCES = Path("handlers")
"""What `queuesmith package` builds zips from, in the project's folder."""
_LARGEST_MODULE = 4_000_000
"""Bytes of source that are read."""
_UNREADABLE = (
    OSError, EOFError, ValueError, SyntaxError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error, lzma.LZMAError
)  # fmt: skip
"""What is raised for a zip that is broken, encrypted or packed in another way, and for code that Python cannot read."""


def problem_in_sources(folder: Path, handler: str, *, layers: bool = False) -> str | None:
    """What is wrong with a Python handler in the sources of a zip, and what to do; None: nothing, or it cannot be told.

    The zip has the folder as a package, and its `main.py` at the root too. `layers`: whether the function has layers, which
    may hold the module.
    """
    module, dot, function = handler.rpartition(".")
    steps = module.replace("/", ".").split(".")  # Lambda takes both
    if not (dot and function and all(steps)):
        return 'that is not MODULE.FUNCTION. Set function.handler to one such as "main.lambda_handler"'
    in_package = steps[0] == folder.name
    where = folder.joinpath(*steps[in_package:])
    plain = where.with_name(f"{where.name}.py")
    candidates = [where / "__init__.py"] if where == folder else [plain, where / "__init__.py"]
    file = next((path for path in candidates if os.path.isfile(path)), None)
    is_found = file is not None and (in_package or file == folder / "main.py")
    if layers and not is_found:
        return None
    if file is None:
        text = f"there is no {candidates[0].relative_to(folder.parent).as_posix()}"
        return f"{text}. Set function.handler to a function that is in {folder.name}/"
    if not is_found:
        full = ".".join((folder.name, *steps, function))
        return f'only main.py is at the root of the package. Set function.handler to "{full}"'
    return _problem_in_source(file, file.relative_to(folder.parent).as_posix(), module, function)


def _problem_in_source(file: Path, shown: str, module: str, function: str) -> str | None:
    try:
        defined = _names_in(file.read_bytes())
    except SyntaxError as error:
        return f"{shown} is not Python: {error.msg}" + (f" in line {error.lineno}" if error.lineno else "")
    except _UNREADABLE:
        return None
    if not defined.isdisjoint({function, "*"}):
        return None
    close = difflib.get_close_matches(function, defined, n=1)
    way_out = f'"{module}.{close[0]}"' if close else "a function that is there"
    return f"{shown} has no function {function}. Set function.handler to {way_out}"


def problem_in_zip(path: Path, handler: str, *, layers: bool = False) -> Known[str | None]:
    """What is wrong with a Python handler in a zip; None: nothing. Unknown where that cannot be told.

    `layers`: whether the function has layers, which may hold the module.
    """
    try:
        state = path.stat()
    except _UNREADABLE:
        return Unknown(f"the code in {path.name}")
    return _problem_in_zip(path, (state.st_mtime_ns, state.st_size, state.st_ino), handler, layers)


@functools.cache
def _problem_in_zip(path: Path, _state: tuple[int, ...], handler: str, layers: bool) -> Known[str | None]:
    """Many workers may have one zip; `_state` says whether it is still the same."""
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
            if archive.getinfo(found).file_size > _LARGEST_MODULE:
                return Unknown(f"{found} in {path.name}")
            defined = _names_in(archive.read(found))
    except _UNREADABLE:
        return Unknown(f"the code in {path.name}")
    if function in defined:
        return None
    return Unknown(f"what {found} has") if "*" in defined else f"{found} in {path.name} has no {function}"


def _names_in(source: bytes) -> set[str]:
    """What a module has at its top level: functions, classes, assignments and imports.

    `*` stands for more that cannot be told: where it imports all of another module, and where a statement such as `if` or `try`
    may define something inside. Raises what Python raises for code that it cannot read.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python's about the handler's code: they are for its author
        module = ast.parse(source)
    names: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            names.update(each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
        elif isinstance(node, ast.If | ast.Try | ast.TryStar | ast.With | ast.For | ast.While | ast.Match):
            names.add("*")
    return names

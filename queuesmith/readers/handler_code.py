"""Checks that a Python handler, such as `main.lambda_handler`, exists in the code that Lambda will get."""

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

from queuesmith.rules import MaybeUnknown, Unknown

MAIN = "main.py"
"""The file of a worker's folder that the zip also contains at its root."""
_LARGEST_MODULE = 4_000_000
"""Bytes. A larger source file is not checked."""
_UNREADABLE = (
    OSError, EOFError, ValueError, SyntaxError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error, lzma.LZMAError
)  # fmt: skip
"""The errors for a zip that is broken, encrypted or compressed with another method, and for code that cannot be parsed."""


def import_root(folder: Path) -> Path:
    """Return the import root of a worker's code: the working directory if `folder` is in it, else the parent of `folder`."""
    folder, project = Path(os.path.abspath(folder)), Path.cwd()
    return project if project in folder.parents else folder.parent


def module_files(handler: str) -> tuple[str, str]:
    """Return the files of a zip in which Lambda looks for a handler's module."""
    module = handler.rpartition(".")[0].replace(".", "/")
    return f"{module}.py", f"{module}/__init__.py"


def handler_problem_in_folder(folder: Path, handler: str, *, layers: bool = False, project: Path | None = None) -> str | None:
    """Return the problem with a Python handler in a worker's folder and the fix, or None if there is none or it is unclear.

    The zip contains files under their paths in the project, and the folder's `main.py` also at its root. A module of the
    project outside the folder is in the zip only if the worker's code imports it. That is not checked here.

    `layers` says whether the function has layers. If it has, the module can be in one of them.
    """
    module, dot, function = handler.rpartition(".")
    steps = module.replace("/", ".").split(".")  # Lambda accepts both
    if not (dot and function and all(steps)):
        return 'it must be MODULE.FUNCTION. Set function.handler to a value such as "main.lambda_handler"'
    folder = Path(os.path.abspath(folder))
    project = import_root(folder) if project is None else Path(os.path.abspath(project))
    file = _module(folder if steps == [Path(MAIN).stem] else project, handler)
    if file is not None and folder in file.parents:
        return _problem_in_source(file, file.relative_to(project).as_posix(), module, function)
    if file is not None or layers:
        return None
    shown = folder.relative_to(project)
    if _module(folder, handler):
        full = ".".join((*shown.parts, *steps, function))
        return (
            f'{module_files(handler)[0]} is not at the root of the package (only main.py is). Set function.handler to "{full}"'
        )
    where = project.joinpath(*steps)
    if len(steps) == 1 and not where.is_dir():
        where = folder / steps[0]
    missing = where / "__init__.py" if where.is_dir() else where.with_name(f"{where.name}.py")
    text = f"{missing.relative_to(project).as_posix()} does not exist"
    return f"{text}. Set function.handler to a function in {shown.as_posix()}/"


def _module(root: Path, handler: str) -> Path | None:
    return next((root / name for name in module_files(handler) if os.path.isfile(root / name)), None)


def _problem_in_source(file: Path, shown: str, module: str, function: str) -> str | None:
    try:
        defined = _names_in(file.read_bytes())
    except SyntaxError as error:
        return f"{shown} is not valid Python: {error.msg}" + (f" in line {error.lineno}" if error.lineno else "")
    except _UNREADABLE:
        return None
    if not defined.isdisjoint({function, "*"}):
        return None
    close = difflib.get_close_matches(function, defined, n=1)
    suggestion = f'"{module}.{close[0]}"' if close else "a function in that file"
    return f"{shown} has no function {function}. Set function.handler to {suggestion}"


def handler_problem_in_zip(path: Path, handler: str, *, layers: bool = False) -> MaybeUnknown[str | None]:
    """Return the problem with a Python handler in a zip, or None if there is none. Unknown if the code cannot be read.

    `layers` says whether the function has layers. If it has, the module can be in one of them.
    """
    try:
        state = path.stat()
    except _UNREADABLE:
        return Unknown(f"the code in {path.name}")
    return _cached_problem_in_zip(path, (state.st_mtime_ns, state.st_size, state.st_ino), handler, layers)


@functools.cache
def _cached_problem_in_zip(path: Path, _state: tuple[int, ...], handler: str, layers: bool) -> MaybeUnknown[str | None]:
    """Cached, because many workers can share one zip. `_state` changes when the file changes."""
    module, dot, function = handler.rpartition(".")
    if not dot:
        return "it must be MODULE.FUNCTION"
    file, package = module_files(handler)
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            source = next((name for name in (file, package) if name in names), None)
            if source is None:
                module_paths = (file.removesuffix("py"), package.removesuffix("__init__.py"))
                compiled = any(name.startswith(module_paths) for name in names)
                return Unknown(f"{module} in {path.name}") if compiled or layers else f"{path.name} does not contain {file}"
            if archive.getinfo(source).file_size > _LARGEST_MODULE:
                return Unknown(f"{source} in {path.name}")
            defined = _names_in(archive.read(source))
    except _UNREADABLE:
        return Unknown(f"the code in {path.name}")
    if function in defined:
        return None
    return Unknown(f"the names in {source}") if "*" in defined else f"{source} in {path.name} has no function {function}"


def _names_in(source: bytes) -> set[str]:
    """Return the names that a module defines at its top level: functions, classes, assignments and imports.

    The result contains `*` if there can be more names: the module has a star import, or a statement such as `if` or `try` that
    can define names. Raises the parser's error if Python cannot parse the code.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings about the handler's code are for its author
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

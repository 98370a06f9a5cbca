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

from queuesmith.rules import MaybeUnknown, Unknown

MAIN = "main.py"
"""The file of a worker's folder that its zip has at the root, too."""
_LARGEST_MODULE = 4_000_000
"""Bytes of source that are read."""
_UNREADABLE = (
    OSError, EOFError, ValueError, SyntaxError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error, lzma.LZMAError
)  # fmt: skip
"""What is raised for a zip that is broken, encrypted or packed in another way, and for code that Python cannot read."""


def project_of(folder: Path) -> Path:
    """Where the imports of a worker's code begin: the working directory, or the folder above if that is somewhere else."""
    folder, here = Path(os.path.abspath(folder)), Path.cwd()
    return here if here in folder.parents else folder.parent


def problem_in_sources(folder: Path, handler: str, *, layers: bool = False, project: Path | None = None) -> str | None:
    """What is wrong with a Python handler in a worker's folder, and what to do; None: nothing, or it cannot be told.

    Its zip has files under their paths in the project, and the folder's `main.py` at the root, too. `layers`: whether the
    function has layers, which may hold the module. A module of the project outside the folder is in the zip if the worker's
    code imports it, which is not checked here.
    """
    module, dot, function = handler.rpartition(".")
    steps = module.replace("/", ".").split(".")  # Lambda takes both
    if not (dot and function and all(steps)):
        return 'that is not MODULE.FUNCTION. Set function.handler to one such as "main.lambda_handler"'
    folder = Path(os.path.abspath(folder))
    project = project_of(folder) if project is None else Path(os.path.abspath(project))
    file = _module(folder if steps == [Path(MAIN).stem] else project, steps)
    if file is not None and folder in file.parents:
        return _problem_in_source(file, file.relative_to(project).as_posix(), module, function)
    if file is not None or layers:
        return None
    shown = folder.relative_to(project)
    if _module(folder, steps):
        full = ".".join((*shown.parts, *steps, function))
        return f'only main.py is at the root of the package. Set function.handler to "{full}"'
    where = project.joinpath(*steps)
    if len(steps) == 1 and not where.is_dir():
        where = folder / steps[0]
    missing = where / "__init__.py" if where.is_dir() else where.with_name(f"{where.name}.py")
    text = f"there is no {missing.relative_to(project).as_posix()}"
    return f"{text}. Set function.handler to a function that is in {shown.as_posix()}/"


def _module(root: Path, steps: list[str]) -> Path | None:
    where = root.joinpath(*steps)
    return next((path for path in (where.with_name(f"{where.name}.py"), where / "__init__.py") if os.path.isfile(path)), None)


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


def problem_in_zip(path: Path, handler: str, *, layers: bool = False) -> MaybeUnknown[str | None]:
    """What is wrong with a Python handler in a zip; None: nothing. Unknown where that cannot be told.

    `layers`: whether the function has layers, which may hold the module.
    """
    try:
        state = path.stat()
    except _UNREADABLE:
        return Unknown(f"the code in {path.name}")
    return _problem_in_zip(path, (state.st_mtime_ns, state.st_size, state.st_ino), handler, layers)


@functools.cache
def _problem_in_zip(path: Path, _state: tuple[int, ...], handler: str, layers: bool) -> MaybeUnknown[str | None]:
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

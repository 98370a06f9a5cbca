"""The process that runs a handler.

It is started by its path and imports nothing of queuesmith, so that the handler finds only the modules of its zip and those
installed in this Python, as in Lambda.

    python -P child.py REQUESTS ANSWERS

REQUESTS and ANSWERS are file descriptors. The process reads lines of JSON from the first: the handler's location, then one
invocation a line. It writes one line to the second for each: the outcome of loading the handler, then of each invocation.
The handler can use stdout and stderr as it likes.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from decimal import Decimal
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

Report = dict[str, Any]


class Package(MetaPathFinder):
    """Finds the modules that `queuesmith package` puts into the zip, under their names in the zip.

    Other modules of the project are not found.
    """

    def __init__(self, project: str, files: dict[str, str]) -> None:
        self._project, self._main, self._files = project, files.get("main.py"), set(files.values())
        folders = {folder for file in files.values() for folder in Path(file).parents}
        self._folders = {str(folder) for folder in folders if Path(project) in folder.parents}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module; None if it is not in the project.

        Raises ModuleNotFoundError if it is in the project but not in the zip.
        """
        if fullname == "main":
            return None if self._main is None else spec_from_file_location("main", self._main)
        found = PathFinder.find_spec(fullname, [self._project] if path is None else path)
        if found is not None and (found.origin in self._files or self._folders & set(found.submodule_search_locations or ())):
            return found
        if path is not None and self._folders & set(path):
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


class Context:
    """The context object that Lambda passes to the handler with the event."""

    client_context = identity = tenant_id = None

    def __init__(self, attributes: dict[str, str], seconds: float) -> None:
        vars(self).update(attributes)
        self._end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, int((self._end - time.monotonic()) * 1000))

    def log(self, message: object) -> None:
        """Write to stdout, as the context of Lambda's runtime does."""
        sys.stdout.write(str(message))


def load(handler: str, root: str, files: dict[str, str] | None) -> Callable[[Any, Context], Any]:
    """Import the handler. Raises what the import raises, and AttributeError if the module has no such function.

    Parameters
    ----------
    handler
        Module and function.
    root
        The folder with the code.
    files
        The files of its zip by their names in the zip; None: all files of `root`.

    """
    if files is None:
        sys.path.insert(0, root)
    else:
        sys.meta_path.insert(0, Package(root, files))
    module, _, name = handler.rpartition(".")
    found: Callable[[Any, Context], Any] = getattr(importlib.import_module(module.replace("/", ".")), name)
    return found


def loading_failed(error: Exception, handler: str) -> Report:
    """The error with the name that Lambda's runtime for Python gives it."""
    module, _, name = handler.rpartition(".")
    if isinstance(error, ImportError):
        return report(error, "Runtime.ImportModuleError", f"Unable to import module '{module}': {error}")
    if isinstance(error, SyntaxError):
        return report(error, "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}")
    if isinstance(error, AttributeError) and error.name == name:
        return report(error, "Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")
    return report(error)


def report(error: Exception, kind: str = "", message: str | None = None) -> Report:
    """An error as JSON. The traceback begins at the handler's own code."""
    error.__traceback__ = _of_the_handler(error.__traceback__)
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    try:
        text = str(error)
    except Exception:
        text = "it has no text"
    said = {"type": kind or type(error).__name__, "message": text if message is None else message}
    return {"error": {**said, "traceback": "".join(lines)}}


def _of_the_handler(trace: TracebackType | None) -> TracebackType | None:
    first = trace
    while first is not None:
        file = first.tb_frame.f_code.co_filename
        if file != __file__ and not file.startswith("<frozen importlib") and "/importlib/" not in file:
            return first
        first = first.tb_next
    return trace


def call(handler: Callable[[Any, Context], Any], request: dict[str, Any]) -> Report:
    """Run one invocation. Returns its answer or error, and how many seconds it took."""
    began = time.monotonic()
    try:
        answer = handler(request["event"], Context(request["context"], request["seconds"]))
        result = _marshalled(answer)
    except Exception as error:
        result = report(error)
    return {**result, "seconds": time.monotonic() - began}


def _marshalled(answer: object) -> Report:
    try:
        return {"answer": json.loads(json.dumps(answer, default=_of_decimal))}
    except (TypeError, ValueError, RecursionError) as error:
        return report(error, "Runtime.MarshalError", f"Unable to marshal response: {error}")


def _of_decimal(value: object) -> float:
    """Convert Decimal. Like Lambda's runtime for Python, this converts no other type that json does not support."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def main(requests: int, answers: int) -> None:
    """Serve requests until there are no more."""
    for descriptor in (requests, answers):
        os.set_inheritable(descriptor, False)  # processes that the handler starts do not inherit them
    with open(requests, encoding="utf-8") as lines, open(answers, "w", encoding="utf-8") as out:

        def say(said: Report) -> None:
            out.write(f"{json.dumps(said)}\n")
            out.flush()

        plan = json.loads(next(lines))
        try:
            handler = load(plan["handler"], plan["root"], plan["files"])
        except Exception as error:
            say(loading_failed(error, plan["handler"]))
            return
        say({})
        for line in lines:
            say(call(handler, json.loads(line)))


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    del sys.argv[1:]
    main(*given)

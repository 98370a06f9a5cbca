"""The process that runs a handler.

It is started by its path and imports nothing of queuesmith, so that the handler finds only the modules of its zip and those
installed in this Python, as in Lambda.

    python -P handler_process.py CONNECTION

CONNECTION is the file descriptor of a `multiprocessing.connection.Connection`. Requests and replies are JSON. The first request
is the handler's location, and each of the others is an invocation. The reply is `{}` or a response, or `error`. The handler can
use stdout and stderr as it likes.
"""

from __future__ import annotations

import contextlib
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
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

Reply = dict[str, Any]


class ZipModuleFinder(MetaPathFinder):
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
        spec = PathFinder.find_spec(fullname, [self._project] if path is None else path)
        if spec is not None and (spec.origin in self._files or self._folders & set(spec.submodule_search_locations or ())):
            return spec
        if path is not None and self._folders & set(path):
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


class LambdaContext:
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


def load(handler: str, root: str, files: dict[str, str] | None) -> Callable[[Any, LambdaContext], Any]:
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
        sys.meta_path.insert(0, ZipModuleFinder(root, files))
    module, _, name = handler.rpartition(".")
    function: Callable[[Any, LambdaContext], Any] = getattr(importlib.import_module(module.replace("/", ".")), name)
    return function


def loading_error(error: Exception, handler: str) -> Reply:
    """The error with the name that Lambda's runtime for Python gives it."""
    module, _, name = handler.rpartition(".")
    if isinstance(error, ImportError):
        return error_reply(error, "Runtime.ImportModuleError", f"Unable to import module '{module}': {error}")
    if isinstance(error, SyntaxError):
        return error_reply(error, "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}")
    if isinstance(error, AttributeError) and error.name == name:
        return error_reply(error, "Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")
    return error_reply(error)


def error_reply(error: Exception, kind: str = "", message: str | None = None) -> Reply:
    """An error as JSON. The traceback begins at the handler's own code."""
    error.__traceback__ = _from_handler_code(error.__traceback__)
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    try:
        text = str(error)
    except Exception:
        text = "(the error has no message)"
    details = {"type": kind or type(error).__name__, "message": text if message is None else message}
    return {"error": {**details, "traceback": "".join(lines)}}


def _from_handler_code(trace: TracebackType | None) -> TracebackType | None:
    first = trace
    while first is not None:
        file = first.tb_frame.f_code.co_filename
        if file != __file__ and not file.startswith("<frozen importlib") and "/importlib/" not in file:
            return first
        first = first.tb_next
    return trace


def call(handler: Callable[[Any, LambdaContext], Any], request: dict[str, Any]) -> Reply:
    """Run one invocation. Returns its response or error, and the duration in seconds."""
    began = time.monotonic()
    try:
        reply = _to_reply(handler(request["event"], LambdaContext(request["context"], request["seconds"])))
    except Exception as error:
        reply = error_reply(error)
    return {**reply, "seconds": time.monotonic() - began}


def _to_reply(response: object) -> Reply:
    try:
        return {"response": json.loads(json.dumps(response, default=_decimal_to_float))}
    except (TypeError, ValueError, RecursionError) as error:
        return error_reply(error, "Runtime.MarshalError", f"Unable to marshal response: {error}")


def _decimal_to_float(value: object) -> float:
    """Convert Decimal. Like Lambda's runtime for Python, this converts no other type that json does not support."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def main(descriptor: int) -> None:
    """Serve requests until there are no more."""
    os.set_inheritable(descriptor, False)  # processes that the handler starts do not inherit it
    with Connection(descriptor) as connection:

        def send(reply: Reply) -> None:
            connection.send_bytes(json.dumps(reply).encode())

        location = json.loads(connection.recv_bytes())
        try:
            handler = load(location["handler"], location["root"], location["files"])
        except Exception as error:
            send(loading_error(error, location["handler"]))
            return
        send({})
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                send(call(handler, json.loads(connection.recv_bytes())))


if __name__ == "__main__":
    main(int(sys.argv.pop()))

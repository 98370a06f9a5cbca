"""Checks that a function's local code exists: its zip or, before the zip is built, the sources for it."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import is_zipfile

from queuesmith.common.program_name import command_name
from queuesmith.readers.handler_code import handler_problem_in_folder
from queuesmith.settings import FunctionSettings
from queuesmith.settings.field_types import is_token


def zip_problem(path: str) -> str | None:
    """Return the problem with a local zip and the fix in a sentence, or None if there is none."""
    if not os.path.isfile(path):  # accepts text of any length
        return f'function.artifact.zip is "{path}", which does not exist. Run: {command_name()} package'
    if not is_zipfile(path):
        return f'function.artifact.zip is "{path}", which is not a zip file. Run: {command_name()} package'
    return None


def code_folder(worker: str, function: FunctionSettings) -> Path:
    """Return the folder with a worker's code, relative to the project: `function.code`, or `handlers/WORKER`."""
    return Path(function.code or f"handlers/{worker.replace('-', '_')}")


def code_problem(worker: str, function: FunctionSettings) -> tuple[str, str] | None:
    """Return why `queuesmith package` could not build a zip with the handler, as the key to change and a sentence.

    None if there is no problem, or if it cannot be determined.
    """
    is_python = function.runtime.startswith("python")
    if function.artifact.zip is None or not is_python or is_token(function.handler) or is_token(function.code):
        return None
    folder = code_folder(worker, function)
    if not folder.is_dir():
        if function.code is None:  # another tool can build the zip
            return None
        return "code", f'function.code is "{function.code}", but this folder does not exist. Set it to the folder with the code'
    problem = handler_problem_in_folder(folder, function.handler, layers=bool(function.layers))
    return None if problem is None else ("handler", f'function.handler is "{function.handler}", but {problem}')

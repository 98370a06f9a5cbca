"""Runs a command of this project in the tests' own process: no new Python and no new Node."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from unittest import mock

Result = subprocess.CompletedProcess[str]


def run(command: Callable[[], int | None], folder: Path, variables: Mapping[str, str], stdin: bytes = b"") -> Result:
    """Call the command in a folder and with these variables. Returns its exit status and its output."""
    streams = {"stdin": io.BytesIO(stdin), "stdout": io.BytesIO(), "stderr": io.BytesIO()}
    texts = {name: io.TextIOWrapper(stream, encoding="utf-8", write_through=True) for name, stream in streams.items()}
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(folder))
        stack.enter_context(mock.patch.dict(os.environ, variables, clear=True))
        for name, text in texts.items():
            stack.enter_context(mock.patch.object(sys, name, text))
        try:
            status = command() or 0
        except SystemExit as left:
            status = left.code if isinstance(left.code, int) else bool(left.code)
    written = {name: streams[name].getvalue().decode() for name in ("stdout", "stderr")}
    return subprocess.CompletedProcess([], status, **written)


def synth(project: Path, arguments: list[str], variables: Mapping[str, str]) -> Result:
    """Run `python main.py` in a project's folder."""
    spec = importlib.util.spec_from_file_location("main_of_a_project", project / "main.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return run(lambda: int(module.main(arguments)), project, variables)


def queuesmith(*arguments: str, folder: Path, variables: Mapping[str, str] | None = None, stdin: bytes = b"") -> Result:
    """Run the console script. Default for `variables`: those of this process."""
    from queuesmith.cli.app import main

    variables = os.environ.copy() if variables is None else variables
    with mock.patch.object(sys, "argv", ["queuesmith", *arguments]), _own_width(variables):
        return run(main, folder, variables, stdin)


@contextlib.contextmanager
def _own_width(variables: Mapping[str, str]) -> Iterator[None]:
    """Set the width for Typer's help, which reads the terminal's width when it is imported."""
    from typer import rich_utils

    width = variables.get("COLUMNS")
    with mock.patch.object(rich_utils, "MAX_WIDTH", int(width) if width else None):
        yield

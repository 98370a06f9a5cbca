"""Evaluates a folder with tfparse, in a separate process with a time limit."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from queuesmith.common.json_values import as_dict, dicts_in
from queuesmith.readers.terraform.hcl import PLAN

_PROGRAM = Path(__file__).with_name("tfparse_process.py")
_POSITION = re.compile(r"[^:]*:(\d+),[\d,-]+: (.*)", re.DOTALL)
SECONDS = 20
"""The time limit for one run of tfparse."""
PLAN_INSTEAD = f"Check its plan instead: {PLAN}"
META = "__tfmeta"
"""The key of each block under which tfparse writes its file, lines and address."""
Blocks = dict[str, list[dict[str, Any]]]
_Job = tuple[Path, Sequence[Path]]
"""A folder and its files of variables."""


class EvaluationError(Exception):
    """tfparse could not evaluate a folder. The text is a clause that says why."""


class Evaluation:
    """A root module that is evaluated while the caller does other work. Leaving the context ends the process."""

    def __init__(self, folder: Path, variable_files: Sequence[Path], seconds: float = SECONDS) -> None:
        """Start the process. `seconds` is how long `blocks` waits for it."""
        self._seconds = seconds
        self._process = _start([(folder, variable_files)])

    def __enter__(self) -> Evaluation:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def blocks(self) -> Blocks:
        """Return the blocks of the root module and its modules with evaluated values. Raises EvaluationError."""
        try:
            output, log = self._process.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired as error:
            raise EvaluationError(f"its values were not evaluated within {self._seconds:g} s") from error
        result = json.loads(output) if self._process.returncode == 0 else _reason(log, self._process.returncode)
        if isinstance(result, str):
            raise EvaluationError(f"its values could not be evaluated ({result})")
        return _blocks(result)


def evaluate(folder: Path, variable_files: Sequence[Path], seconds: float = SECONDS) -> Blocks:
    """Return the blocks of a root module and its modules with evaluated values. Raises EvaluationError."""
    with Evaluation(folder, variable_files, seconds) as evaluation:
        return evaluation.blocks()


def evaluate_each(folders: Sequence[Path]) -> list[Blocks]:
    """Return the blocks of several folders. A folder that cannot be evaluated has none, and those after the time limit."""
    results: list[Blocks] = []
    seconds = SECONDS + len(folders)
    try:
        while len(results) < len(folders):
            done = _run([(folder, ()) for folder in folders[len(results) :]], seconds)
            results += map(_blocks, map(json.loads, done.stdout.splitlines()))
            results += [{}] if done.returncode else []  # tfparse ended the process
    except subprocess.TimeoutExpired as error:
        results += map(_blocks, map(json.loads, (error.stdout or b"").rpartition(b"\n")[0].splitlines()))
    return results + [{}] * (len(folders) - len(results))


def syntax_errors(folder: Path, variable_files: Sequence[Path]) -> list[tuple[str, str]]:
    """Return the files that tfparse cannot parse, each with the line and the error."""
    try:
        log = _run([(folder, variable_files)], SECONDS, "--log").stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return []
    found: dict[str, str] = {}
    for line in log.splitlines():
        if 'msg="Error parsing file"' in line:
            fields = dict(each.partition("=")[::2] for each in shlex.split(line))
            file, error = os.path.normpath(folder / fields.get("file_path", "")), fields.get("err", "")
            position = _POSITION.match(error)
            found.setdefault(file, f"line {position[1]}: {position[2]}" if position else error)
    return list(found.items())


def _run(folders: Sequence[_Job], seconds: float, *options: str) -> subprocess.CompletedProcess[bytes]:
    with _start(folders, *options) as process:
        try:
            output, log = process.communicate(timeout=seconds)
        except BaseException:  # as subprocess.run does
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, log)


def _start(folders: Sequence[_Job], *options: str) -> subprocess.Popen[bytes]:
    jobs = [[str(folder), *(os.path.relpath(file.resolve(), folder.resolve()) for file in files)] for folder, files in folders]
    command = [sys.executable, "-P", str(_PROGRAM), *options]
    with tempfile.TemporaryFile() as file:  # a pipe could be full before the process reads it
        file.write(json.dumps(jobs).encode())
        file.seek(0)
        return subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _reason(log: bytes, status: int) -> str:
    lines = log.decode("utf-8", "replace").strip().splitlines()
    return lines[0] if lines else f"exit status {status}"


def _blocks(content: object) -> Blocks:
    return {
        kind: [block for block in dicts_in(blocks) if isinstance(block.get(META), dict)]
        for kind, blocks in as_dict(content).items()
    }

"""Runs `queuesmith check` on the folders of a corpus."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tools.corpus.repositories import Repository
from tools.setup import ROOT

TIME_LIMIT = 300
"""Seconds for one folder."""


@dataclass(frozen=True)
class Found:
    """A finding of `check`."""

    rule: str
    severity: str
    address: str
    message: str
    file: str | None
    line: int | None


@dataclass(frozen=True)
class FolderResult:
    """The result of `check` for one folder."""

    repository: str
    folder: str
    outcome: str
    """`checked`, `not readable` (exit status 2), `crashed` or `timed out`."""
    seconds: float
    """Processor time, with the start of Python."""
    pipelines: int = 0
    skipped: int = 0
    """How many rules were skipped, counted once for each pipeline."""
    unresolved: tuple[str, ...] = ()
    """What could not be assigned to a pipeline, each with the reason."""
    unread: tuple[str, ...] = ()
    """Files that could not be read, each with the reason. For another outcome than `checked`: the error."""
    findings: tuple[Found, ...] = ()


def check_folder(repository: Repository, folder: str, checkout: Path, today: date) -> FolderResult:
    """Run `check` on one folder of a checkout."""
    command = [sys.executable, "-P", "-m", "queuesmith", "check", "--json", "--date", today.isoformat(), folder]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(
            command,
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(ROOT)},  # and -P: no code of the checkout is imported
            capture_output=True,
            text=True,
            check=False,
            timeout=TIME_LIMIT,
        )
    except subprocess.TimeoutExpired:
        return FolderResult(repository.name, folder, "timed out", float(TIME_LIMIT))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2)
    if done.returncode not in (0, 1) or not done.stdout:
        outcome = "not readable" if done.returncode == 2 else "crashed"
        return FolderResult(repository.name, folder, outcome, seconds, unread=tuple(done.stderr.splitlines()[-1:]))
    return _checked(repository.name, folder, seconds, json.loads(done.stdout))


def _checked(name: str, folder: str, seconds: float, report: dict[str, Any]) -> FolderResult:
    return FolderResult(
        repository=name,
        folder=folder,
        outcome="checked",
        seconds=seconds,
        pipelines=report["summary"]["pipelines"],
        skipped=report["summary"]["skipped"],
        unresolved=tuple(f"{each['address']}: {each['reason']}" for each in report["unresolved"]),
        unread=tuple(f"{each['file']}: {each['reason']}" for each in report["unread_files"]),
        findings=tuple(Found(**{key: each.get(key) for key in Found.__annotations__}) for each in report["findings"]),
    )


def read_results(file: Path) -> list[FolderResult]:
    """Return the results in a file that `write_results` has written."""
    return [_read(each) for each in json.loads(file.read_text(encoding="utf-8"))]


def write_results(results: Sequence[FolderResult], file: Path) -> None:
    """Write the results as JSON, one line for each folder and each finding."""
    file.write_text(f"[{','.join(map(_lines, results))}\n]\n", encoding="utf-8")


def _lines(result: FolderResult) -> str:
    content = asdict(result)
    findings = content.pop("findings")
    text = json.dumps(content, ensure_ascii=False)[:-1]
    return f'\n{text}, "findings": [{",".join(f"{chr(10)} {json.dumps(each, ensure_ascii=False)}" for each in findings)}]}}'


def _read(content: dict[str, Any]) -> FolderResult:
    texts = {name: tuple(content[name]) for name in ("unresolved", "unread")}
    return FolderResult(**{**content, **texts, "findings": tuple(Found(**each) for each in content["findings"])})

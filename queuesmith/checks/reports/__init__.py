"""What `queuesmith check` and `doctor` found, written for a person, a script, a code host or a build log."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from queuesmith.checks.reports import github, json_report, sarif
from queuesmith.checks.reports.report import Report
from queuesmith.common import printing
from queuesmith.common.printing import STANDARD_INPUT

__all__ = ["FORMATS", "STANDARD_INPUT", "Report", "write"]

FORMATS: dict[str, Callable[[Report], str]] = {
    "json": json_report.render,
    "sarif": sarif.render,
    "github": github.render,
}
"""The formats for machines. `text` is the other one: what it looks like depends on where it goes."""


def write(report: Report, form: str, stream: TextIO) -> None:
    """Write a report to a stream, in one of FORMATS or as `text`. Formats for machines are UTF-8, whatever the locale."""
    if form == "text":
        from queuesmith.checks.reports import text

        text.write(report, stream)
        return
    printing.write(FORMATS[form](report), stream)

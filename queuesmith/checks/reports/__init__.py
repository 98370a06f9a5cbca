"""The report of `queuesmith check` and `doctor` for people, scripts, code hosts and build logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from queuesmith.checks.reports import github, json_report, sarif
from queuesmith.checks.reports.report import Report
from queuesmith.common.printing import STANDARD_INPUT, write_utf8

__all__ = ["FORMATS", "STANDARD_INPUT", "Report", "write"]

FORMATS: dict[str, Callable[[Report], str]] = {
    "json": json_report.render,
    "sarif": sarif.render,
    "github": github.render,
}
"""The machine-readable formats. The form of `text`, the other format, depends on the stream."""


def write(report: Report, form: str, stream: TextIO) -> None:
    """Write a report to a stream, in one of FORMATS or as `text`. Machine-readable formats are always UTF-8."""
    if form == "text":
        from queuesmith.checks.reports import text

        text.write(report, stream)
        return
    write_utf8(FORMATS[form](report), stream)

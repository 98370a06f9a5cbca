"""The report as workflow commands, which GitHub Actions shows as annotations.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from queuesmith.checks.reports.report import Report
from queuesmith.checks.reports.summary import Summary, nothing_checked, with_remedy
from queuesmith.common.printing import STANDARD_INPUT, printable
from queuesmith.rules import Finding, Place


def render(report: Report) -> str:
    """One command for each finding, and the totals as a line of the log."""
    commands = [_command(file, finding) for file, finding in report.findings]
    commands += [
        _annotation("warning", file.file, "no pipeline was checked", nothing_checked(file)) for file in report.without_pipelines
    ]
    commands += [
        _annotation("warning", name, "not read", reason) for file in report.files for name, reason in file.unread_files
    ]
    return "\n".join([*commands, Summary.of(report).sentence, ""])


def _command(file: str | None, finding: Finding) -> str:
    return _annotation(finding.severity.value, file, f"{finding.rule} {finding.address}", with_remedy(finding), finding.place)


def _annotation(severity: str, file: str | None, title: str, text: str, place: Place | None = None) -> str:
    properties = {} if file in (None, STANDARD_INPUT) else {"file": str(file)}
    properties |= {"line": str(place.line), "endLine": str(place.end_line)} if place else {}
    properties["title"] = title
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{severity} {shown}::{_data(text)}"


def _data(text: str) -> str:
    """Escape text as the runner expects it (actions/toolkit, packages/core/src/command.ts).

    Control characters are written out.
    """
    return printable(text, "\r\n\t").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

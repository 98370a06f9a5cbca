"""The report as workflow commands, which GitHub Actions shows as annotations.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from queuesmith.reports.report import Report
from queuesmith.reports.summary import Summary, with_remedy
from queuesmith.rules import Finding
from queuesmith.texts import STANDARD_INPUT, printable


def render(report: Report) -> str:
    """A command a finding, and the totals as a line of the log."""
    commands = [_command(file, finding) for file, finding in report.findings]
    return "\n".join([*commands, Summary.of(report).sentence, ""])


def _command(file: str, finding: Finding) -> str:
    properties = {} if file == STANDARD_INPUT else {"file": file}
    properties["title"] = f"{finding.rule} {finding.address}"
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{finding.severity.value} {shown}::{_data(with_remedy(finding))}"


def _data(text: str) -> str:
    """As the runner unescapes it: actions/toolkit, packages/core/src/command.ts. Control characters are written out."""
    return printable(text, "\r\n\t").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

"""The report for scripts. `version` changes when a key is removed or changes its meaning. New keys do not change it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from queuesmith.checks.reports.report import Report, file_of
from queuesmith.checks.reports.summary import Summary, reasons
from queuesmith.common.printing import JSON_VERSION, to_json
from queuesmith.rules import Finding


def render(report: Report) -> str:
    """The report as indented JSON, in the order of the files and their findings."""
    document = {
        "version": JSON_VERSION,
        "findings": [
            *(_finding(each, pipeline.name, file) for file, pipeline in report.pipelines for each in pipeline.findings),
            *(_finding(each, None, file) for file, each in report.suppression_findings),
        ],
        "skipped": [  # one item for each rule and pipeline, regardless of the number of unknown values
            {"rule": rule, "pipeline": pipeline.name, "file": file, "reason": "; ".join(unknown)}
            for file, pipeline in report.pipelines
            for rule, unknown in reasons(pipeline).items()
        ],
        "unresolved": [
            {"address": address, "file": file.file, "reason": reason}
            for file in report.files
            for address, reason in file.unresolved
        ],
        "files_without_pipelines": [{"file": file.file, **asdict(file.contents)} for file in report.without_pipelines],
        "unread_files": [{"file": name, "reason": reason} for file in report.files for name, reason in file.unread_files],
        "suppressed": [
            {"rule": finding.rule, "address": finding.address, "reason": finding.suppression_reason}
            for _, pipeline in report.pipelines
            for finding in pipeline.suppressed
        ],
        "summary": asdict(Summary.of(report)),
    }
    return to_json(document) + "\n"


def _finding(finding: Finding, pipeline: str | None, file: str | None) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "address": finding.address,
        "message": finding.message,
        "remedy": finding.remedy,
        "documentation": finding.documentation,
        "page": finding.page,
        "pipeline": pipeline,
        "file": file if file is None else file_of(finding, file),
        "line": finding.place.line if finding.place else None,
        "end_line": finding.place.end_line if finding.place else None,
    }

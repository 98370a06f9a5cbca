"""The report for scripts. `version` changes when a key goes or changes its meaning; new keys may come without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from queuesmith.checks.reports.report import Report
from queuesmith.checks.reports.summary import Summary, reasons
from queuesmith.common.texts import VERSION, to_json
from queuesmith.rules import Finding


def render(report: Report) -> str:
    """JSON, indented, in the order of the files and of what was found in them."""
    document = {
        "version": VERSION,
        "findings": list(_findings(report)),
        "not_judged": list(_not_judged(report)),
        "not_followed": [
            {"address": address, "file": file.file, "reason": reason}
            for file in report.files
            for address, reason in file.not_followed
        ],
        "nothing_checked": [{"file": file.file, **asdict(file.contents)} for file in report.without_pipelines],
        "accepted": [
            {"rule": finding.rule, "address": finding.address, "reason": acceptance.reason}
            for file in report.files
            for pipeline in file.pipelines
            for finding, acceptance in pipeline.accepted
        ],
        "summary": asdict(Summary.of(report)),
    }
    return to_json(document) + "\n"


def _findings(report: Report) -> Iterator[dict[str, Any]]:
    for file in report.files:
        for pipeline in file.pipelines:
            yield from (_finding(finding, pipeline.name, file.file) for finding in pipeline.findings)
        yield from (_finding(finding, None, file.file) for finding in file.others)


def _finding(finding: Finding, pipeline: str | None, file: str) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "address": finding.address,
        "message": finding.message,
        "remedy": finding.remedy,
        "source": finding.source,
        "pipeline": pipeline,
        "file": file,
    }


def _not_judged(report: Report) -> Iterator[dict[str, Any]]:
    """One item a rule and pipeline, however many values are not known."""
    for file in report.files:
        for pipeline in file.pipelines:
            for rule, unknown in reasons(pipeline).items():
                yield {"rule": rule, "pipeline": pipeline.name, "file": file.file, "reason": "; ".join(unknown)}

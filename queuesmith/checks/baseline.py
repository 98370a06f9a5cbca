"""A baseline: the findings of an earlier `queuesmith check --json`, which are counted and no longer fail the check."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from queuesmith.checks.reports.report import PipelineReport, Report
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import JSON_VERSION
from queuesmith.rules import Finding, Severity

_HOW = "Write one: queuesmith check . --json > baseline.json"
_Key = tuple[str, str, Severity]


@dataclass(frozen=True)
class Baseline:
    """The known findings, by rule, address and severity."""

    messages: dict[_Key, list[str]]


def read_baseline(path: Path) -> Baseline:
    """Read the JSON that `queuesmith check --json` wrote. Raises UsageError if the file cannot be read or has other content."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"--baseline: {path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--baseline: {path} is not valid JSON. {_HOW}") from error
    findings = content.get("findings") if isinstance(content, dict) else None
    if not isinstance(findings, list) or content.get("version") != JSON_VERSION:
        raise UsageError(f"--baseline: {path} is not a report of queuesmith check in version {JSON_VERSION}. {_HOW}")
    messages: dict[_Key, list[str]] = {}
    for finding in findings:
        rule, address, severity, message = (_text(finding, name) for name in ("rule", "address", "severity", "message"))
        key = rule, address, Severity.ERROR if severity == Severity.ERROR else Severity.WARNING
        messages.setdefault(key, []).append(message)
    return Baseline(messages)


def without_known(report: Report, baseline: Baseline) -> Report:
    """Return the report without the findings of the baseline. The report counts them.

    As many findings of a rule at an address are known as the baseline has. Those with the same message come first. An error is
    known only if the baseline has it as an error. A warning can be an error of the baseline that is now less severe.
    """
    left = {key: Counter(messages) for key, messages in baseline.messages.items()}
    every = [finding for _, pipeline in report.pipelines for finding in pipeline.findings]
    known: set[int] = set()
    for same_message, was_error in ((True, False), (False, False), (False, True)):
        for finding in every:
            messages = left.get(_key(finding, was_error), Counter())
            taken = finding.message if same_message else next(iter(messages.elements()), None)
            if id(finding) not in known and taken is not None and messages[taken] > 0:
                messages[taken] -= 1
                known.add(id(finding))
    files = tuple(replace(file, pipelines=tuple(_without(each, known) for each in file.pipelines)) for file in report.files)
    suppressed = Counter(_key(each) for _, pipeline in report.pipelines for each in pipeline.suppressed)
    gone = sum(max(0, messages.total() - suppressed[key]) for key, messages in left.items())
    return replace(report, files=files, known=len(known), no_longer_found=gone)


def _key(finding: Finding, was_error: bool = False) -> _Key:
    return finding.rule, finding.address, Severity.ERROR if was_error else finding.severity


def _without(pipeline: PipelineReport, known: set[int]) -> PipelineReport:
    return replace(pipeline, every_finding=tuple(each for each in pipeline.every_finding if id(each) not in known))


def _text(finding: Any, name: str) -> str:
    return str(finding.get(name)) if isinstance(finding, dict) else ""

"""The report as SARIF 2.1.0, for GitHub code scanning and other code hosts.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
What GitHub supports:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from queuesmith import __version__
from queuesmith.checks.reports.report import Report
from queuesmith.checks.reports.summary import with_remedy
from queuesmith.common.printing import STANDARD_INPUT, to_json
from queuesmith.rules import Finding, Rule, Severity, rules

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_WHOLE_FILE = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
"""Line numbers of a plan mean nothing to a reader, but GitHub shows no result without a region."""


def render(report: Report) -> str:
    """SARIF with every finding, and the rules of these findings.

    Suppressed findings are omitted, because GitHub ignores suppressions and would show open alerts.
    """
    first = report.files[0].file if report.files else STANDARD_INPUT  # for findings about options: GitHub wants a file
    every = [(file or first, finding) for file, finding in report.findings]
    found = {finding.rule for _, finding in every}
    book = [rule for rule in rules() if rule.id in found]
    driver = {"name": "queuesmith", "version": __version__, "rules": [_descriptor(rule) for rule in book]}
    results = list(_results(every, {rule.id: index for index, rule in enumerate(book)}))
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return to_json(document) + "\n"


def _descriptor(rule: Rule) -> dict[str, Any]:
    from queuesmith.rules.markdown import section

    title = rule.title[0].upper() + rule.title[1:]
    return {
        "id": rule.id,
        "name": "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", rule.title)),
        "shortDescription": {"text": f"{title}."},
        "fullDescription": {"text": rule.reason},
        "help": {"text": f"{title}. {rule.reason} {rule.remedy}", "markdown": section(rule)},
        "helpUri": rule.page,
        "defaultConfiguration": {"level": (Severity.ERROR if Severity.ERROR in rule.severities else Severity.WARNING).value},
    }


def _results(every: list[tuple[str, Finding]], index: dict[str, int]) -> Iterator[dict[str, Any]]:
    seen: Counter[tuple[str, str]] = Counter()
    for file, finding in every:
        digest = _digest(finding)
        seen[file, digest] += 1
        yield {
            "ruleId": finding.rule,
            "ruleIndex": index[finding.rule],
            "level": finding.severity.value,
            "message": {"text": with_remedy(finding)},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": uri(file)}, "region": _region(finding)},
                    "logicalLocations": [{"fullyQualifiedName": finding.address}],
                }
            ],
            # GitHub identifies results only by this fingerprint. Without it, GitHub would use a hash of line 1 for all of them.
            "partialFingerprints": {"primaryLocationLineHash": f"{digest}:{seen[file, digest]}"},
        }


def _region(finding: Finding) -> dict[str, int]:
    place = finding.place
    return {"startLine": place.line, "endLine": place.end_line} if place else _WHOLE_FILE


def _digest(finding: Finding) -> str:
    """A digest of the rule and the place, which does not depend on the numbers in the message."""
    return hashlib.sha256("\0".join((finding.rule, finding.address, finding.attribute)).encode(errors="replace")).hexdigest()


def uri(file: str) -> str:
    """The file as a URI. A relative path stays relative, because code hosts resolve it against the repository's root."""
    if file == STANDARD_INPUT:
        return "stdin"
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="surrogateescape")

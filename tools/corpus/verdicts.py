"""People's verdicts on findings. They are read from a file, and never guessed."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from queuesmith.common.errors import UsageError
from tools.corpus.results import FolderResult

VERDICTS = ("right", "wrong", "unsure")
COLUMNS = ["repository", "folder", "rule", "address", "verdict", "reason", "message"]
"""`verdict` and `reason` are a person's. The other columns identify the finding."""

FindingId = tuple[str, str, str, str, str]
"""Repository, folder, rule, address and message. A verdict on another message is about another finding."""


@dataclass
class Tally:
    """The findings of one rule with one severity, and the verdicts on them."""

    findings: int
    verdicts: Counter[str]

    @property
    def examined(self) -> int:
        """The number of findings with a verdict."""
        return self.verdicts.total()

    @property
    def precision(self) -> float | None:
        """The share of right findings among those that are right or wrong. None: there are none."""
        clear = self.verdicts["right"] + self.verdicts["wrong"]
        return self.verdicts["right"] / clear if clear else None


def read_verdicts(file: Path) -> dict[FindingId, str]:
    """Return the verdict on each finding. Raises UsageError if a row has no valid verdict or no reason."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        if rows.fieldnames != COLUMNS:
            raise UsageError(f"{file}: the first line must be {','.join(COLUMNS)}")
        found: dict[FindingId, str] = {}
        for row in rows:
            if row["verdict"] not in VERDICTS or not row["reason"]:
                raise UsageError(f"{file}:{rows.line_num}: needs a verdict ({', '.join(VERDICTS)}) and a reason")
            found[row["repository"], row["folder"], row["rule"], row["address"], row["message"]] = row["verdict"]
    return found


def finding_ids(results: Sequence[FolderResult]) -> dict[FindingId, str]:
    """Return the severity of every finding. Equal findings of one folder count once."""
    return {
        (folder.repository, folder.folder, each.rule, each.address, each.message): each.severity
        for folder in results
        for each in folder.findings
    }


def tallies(results: Sequence[FolderResult], verdicts: dict[FindingId, str]) -> dict[tuple[str, str], Tally]:
    """Return the findings and verdicts by rule and severity, in the order of the rules."""
    found: dict[tuple[str, str], Tally] = {}
    for finding, severity in finding_ids(results).items():
        tally = found.setdefault((finding[2], severity), Tally(0, Counter()))
        tally.findings += 1
        if finding in verdicts:
            tally.verdicts[verdicts[finding]] += 1
    return dict(sorted(found.items()))


def without_finding(results: Sequence[FolderResult], verdicts: dict[FindingId, str]) -> list[FindingId]:
    """Return the findings that have a verdict, but that `check` no longer reports."""
    return sorted(verdicts.keys() - finding_ids(results).keys())

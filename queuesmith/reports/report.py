"""What there is to report, whatever the format."""

from __future__ import annotations

from dataclasses import dataclass

from queuesmith.rules import Acceptance, Finding, Severity

STANDARD_INPUT = "standard input"
"""What an input is called that has no name."""


@dataclass(frozen=True)
class FileReport:
    """One input and what was found in it."""

    file: str
    """As the user named it, or STANDARD_INPUT."""
    pipelines: tuple[PipelineReport, ...] = ()
    others: tuple[Finding, ...] = ()
    """Findings about no pipeline: about acceptances."""
    not_followed: tuple[tuple[str, str], ...] = ()
    """Addresses that may be part of a pipeline, and why they could not be joined to one."""


@dataclass(frozen=True)
class PipelineReport:
    """One pipeline and what was found in it. What it shares with an earlier one is said there."""

    name: str
    """The address of its mapping."""
    findings: tuple[Finding, ...] = ()
    accepted: tuple[tuple[Finding, Acceptance], ...] = ()
    not_judged: tuple[tuple[str, str], ...] = ()
    """Rule ids that could not be judged, and which value is not known."""


@dataclass(frozen=True)
class Report:
    """What `queuesmith.checking.check` gives back: every file with its pipelines.

    `findings` are all of them with their files, `count` how many there are of a severity, and `reaches` whether there is any at
    or above one.
    """

    files: tuple[FileReport, ...]

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """Every finding with its file."""
        return [
            (file.file, finding)
            for file in self.files
            for finding in [*(f for pipeline in file.pipelines for f in pipeline.findings), *file.others]
        ]

    def count(self, severity: Severity) -> int:
        """How many findings of one severity."""
        return sum(finding.severity is severity for _, finding in self.findings)

    def reaches(self, severity: Severity) -> bool:
        """Whether any finding is at or above a severity."""
        return any(finding.severity.reaches(severity) for _, finding in self.findings)

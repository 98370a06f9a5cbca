"""What there is to report, whatever the format."""

from __future__ import annotations

from dataclasses import dataclass

from queuesmith.common.printing import STANDARD_INPUT
from queuesmith.rules import Finding, Severity


@dataclass(frozen=True)
class Contents:
    """What a file has of the things that pipelines are made of."""

    queues: int = 0
    functions: int = 0
    other_mappings: int = 0
    """Event source mappings of streams and brokers."""
    lost_mappings: int = 0
    """Event source mappings that could not be followed to what they poll."""


@dataclass(frozen=True)
class FileReport:
    """One input, or one environment that is deployed, and what was found in it."""

    file: str
    """As the user named it; STANDARD_INPUT where it has no name."""
    pipelines: tuple[PipelineReport, ...] = ()
    not_followed: tuple[tuple[str, str], ...] = ()
    """Addresses that may be part of a pipeline, and why they could not be joined to one."""
    contents: Contents = Contents()


@dataclass(frozen=True)
class PipelineReport:
    """One pipeline and what was found in it. What it shares with an earlier one stands with that alone."""

    name: str
    """The address of its mapping; of what is deployed, the worker's name."""
    every_finding: tuple[Finding, ...] = ()
    """Those that are accepted included."""
    not_judged: tuple[tuple[str, str], ...] = ()
    """Rule ids that could not be judged, and which value is not known."""

    @property
    def findings(self) -> list[Finding]:
        """Those that nobody accepts."""
        return [finding for finding in self.every_finding if not finding.accepted]

    @property
    def accepted(self) -> list[Finding]:
        """Those that carry the reason for which they are accepted."""
        return [finding for finding in self.every_finding if finding.accepted]


@dataclass(frozen=True)
class Report:
    """What was judged, by a check or a doctor: every file with its pipelines."""

    files: tuple[FileReport, ...]
    complaints: tuple[Finding, ...] = ()
    """What is wrong with acceptances: findings about no pipeline."""

    @property
    def pipelines(self) -> list[tuple[str, PipelineReport]]:
        """Every pipeline with its file."""
        return [(file.file, pipeline) for file in self.files for pipeline in file.pipelines]

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """Every finding that nobody accepts with its file."""
        found = [(file, finding) for file, pipeline in self.pipelines for finding in pipeline.findings]
        return [*found, *((self.file_of_complaints, complaint) for complaint in self.complaints)]

    @property
    def file_of_complaints(self) -> str:
        """The last file's name: complaints are about no file, but every format for machines wants one."""
        return self.files[-1].file if self.files else STANDARD_INPUT

    @property
    def without_pipelines(self) -> list[FileReport]:
        """The files of which nothing was checked."""
        return [file for file in self.files if not file.pipelines]

    @property
    def worst(self) -> Finding | None:
        """The first of the findings that weigh most."""
        found = [finding for _, finding in self.findings]
        return next((finding for finding in found if finding.severity is Severity.ERROR), found[0] if found else None)

    def count(self, severity: Severity) -> int:
        """How many findings of one severity."""
        return sum(finding.severity is severity for _, finding in self.findings)

    def reaches(self, severity: Severity) -> bool:
        """Whether any finding is at or above a severity."""
        return any(finding.severity.reaches(severity) for _, finding in self.findings)

"""What there is to report, whatever the format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from queuesmith.rules import Acceptance, Finding, Severity


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
    """As the user named it; texts.STANDARD_INPUT where it has no name."""
    pipelines: tuple[PipelineReport, ...] = ()
    others: tuple[Finding, ...] = ()
    """Findings about no pipeline: about acceptances."""
    not_followed: tuple[tuple[str, str], ...] = ()
    """Addresses that may be part of a pipeline, and why they could not be joined to one."""
    contents: Contents = Contents()


@dataclass(frozen=True)
class PipelineReport:
    """One pipeline and what was found in it. What it shares with an earlier one stands with that alone."""

    name: str
    """The address of its mapping; of what is deployed, the worker's name."""
    findings: tuple[Finding, ...] = ()
    accepted: tuple[tuple[Finding, Acceptance], ...] = ()
    not_judged: tuple[tuple[str, str], ...] = ()
    """Rule ids that could not be judged, and which value is not known."""

    def accepting(self, accepted: Iterable[tuple[Finding, Acceptance]]) -> PipelineReport:
        """The same with those of its findings apart that were accepted."""
        reasons = dict(accepted)
        return replace(
            self,
            findings=tuple(finding for finding in self.findings if finding not in reasons),
            accepted=tuple((finding, reasons[finding]) for finding in self.findings if finding in reasons),
        )


@dataclass(frozen=True)
class Report:
    """What was judged, by a check or a doctor: every file with its pipelines."""

    files: tuple[FileReport, ...]

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """Every finding with its file."""
        return [
            (file.file, finding)
            for file in self.files
            for finding in [*(f for pipeline in file.pipelines for f in pipeline.findings), *file.others]
        ]

    @property
    def without_pipelines(self) -> list[FileReport]:
        """The files of which nothing was checked."""
        return [file for file in self.files if not file.pipelines]

    @property
    def worst(self) -> Finding | None:
        """The first of the findings that weigh most."""
        found = [finding for _, finding in self.findings]
        return next((finding for finding in found if finding.severity is Severity.ERROR), found[0] if found else None)

    def with_others(self, others: tuple[Finding, ...]) -> Report:
        """The same with findings about no pipeline, which stand with the last file."""
        if not self.files:
            return self
        *before, last = self.files
        return Report((*before, replace(last, others=others)))

    def count(self, severity: Severity) -> int:
        """How many findings of one severity."""
        return sum(finding.severity is severity for _, finding in self.findings)

    def reaches(self, severity: Severity) -> bool:
        """Whether any finding is at or above a severity."""
        return any(finding.severity.reaches(severity) for _, finding in self.findings)

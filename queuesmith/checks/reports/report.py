"""The content of a report, independent of the format."""

from __future__ import annotations

from dataclasses import dataclass

from queuesmith.rules import Finding, Severity


@dataclass(frozen=True)
class Contents:
    """The number of resources in a file that pipelines consist of."""

    queues: int = 0
    functions: int = 0
    other_mappings: int = 0
    """Event source mappings of streams and brokers."""
    unresolved_mappings: int = 0
    """Event source mappings whose source could not be found."""


@dataclass(frozen=True)
class FileReport:
    """One input file or one deployed environment, and its findings."""

    file: str
    """The name that the user gave; STANDARD_INPUT if it has none."""
    pipelines: tuple[PipelineReport, ...] = ()
    unresolved: tuple[tuple[str, str], ...] = ()
    """Addresses that may belong to a pipeline but could not be assigned to one, with the reason."""
    contents: Contents = Contents()
    unread_files: tuple[tuple[str, str], ...] = ()
    """The files of a folder that could not be read, with the reason."""


@dataclass(frozen=True)
class PipelineReport:
    """One pipeline and its findings. Findings about resources that it shares are listed only for the first pipeline."""

    name: str
    """The address of its event source mapping; for a deployed worker, the worker's name."""
    every_finding: tuple[Finding, ...] = ()
    """Including suppressed findings."""
    skipped: tuple[tuple[str, str], ...] = ()
    """Ids of skipped rules, with the unknown value."""

    @property
    def findings(self) -> list[Finding]:
        """The findings that are not suppressed."""
        return [finding for finding in self.every_finding if not finding.suppression_reason]

    @property
    def suppressed(self) -> list[Finding]:
        """The suppressed findings, each with its reason."""
        return [finding for finding in self.every_finding if finding.suppression_reason]


@dataclass(frozen=True)
class Report:
    """The result of `check` or `doctor`: every file with its pipelines."""

    files: tuple[FileReport, ...]
    suppression_findings: tuple[tuple[str | None, Finding], ...] = ()
    """Findings about suppressions, each with the file that contains the suppression. None: the suppression is an option."""
    known: int = 0
    """The number of findings that are omitted because the baseline contains them."""
    no_longer_found: int = 0
    """The number of findings of the baseline that were not found again, not even suppressed."""

    @property
    def pipelines(self) -> list[tuple[str, PipelineReport]]:
        """Every pipeline with its file."""
        return [(file.file, pipeline) for file in self.files for pipeline in file.pipelines]

    @property
    def findings(self) -> list[tuple[str | None, Finding]]:
        """Every finding that is not suppressed, with its file. None: the finding is about an option."""
        found = [(file_of(finding, file), finding) for file, pipeline in self.pipelines for finding in pipeline.findings]
        return [*found, *self.suppression_findings]

    @property
    def without_pipelines(self) -> list[FileReport]:
        """The files without a pipeline."""
        return [file for file in self.files if not file.pipelines]

    @property
    def worst(self) -> Finding | None:
        """The first error, or the first warning if there is no error."""
        found = [finding for _, finding in self.findings]
        return next((finding for finding in found if finding.severity is Severity.ERROR), found[0] if found else None)

    def count(self, severity: Severity) -> int:
        """The number of findings of a severity."""
        return sum(finding.severity is severity for _, finding in self.findings)

    def reaches(self, severity: Severity) -> bool:
        """Whether any finding has at least this severity."""
        return any(finding.severity.reaches(severity) for _, finding in self.findings)


def file_of(finding: Finding, given: str) -> str:
    """The source file of a finding if it is known, otherwise the input that the user gave."""
    return finding.place.file if finding.place else given

"""The text that all formats share: the totals, and a finding in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from queuesmith.checks.reports.report import FileReport, PipelineReport, Report
from queuesmith.common.printing import counted
from queuesmith.rules import Finding, Severity
from queuesmith.rules.part import name_of
from queuesmith.rules.wording import join_words

LOOKED_FOR = "A pipeline is an aws_lambda_event_source_mapping whose event source is an SQS queue"


@dataclass(frozen=True)
class Summary:
    """The totals of a report."""

    files: int
    pipelines: int
    errors: int
    warnings: int
    suppressed: int
    skipped: int
    """The number of skipped rules, counted once for each pipeline."""
    unresolved: int
    """The number of addresses that may belong to a pipeline but could not be assigned to one."""
    known: int
    """The number of findings that are omitted because they are in the baseline."""

    @classmethod
    def of(cls, report: Report) -> Summary:
        """Count the content of a report."""
        pipelines = [pipeline for _, pipeline in report.pipelines]
        return cls(
            files=len(report.files),
            pipelines=len(pipelines),
            errors=report.count(Severity.ERROR),
            warnings=report.count(Severity.WARNING),
            suppressed=sum(len(pipeline.suppressed) for pipeline in pipelines),
            skipped=sum(len(reasons(pipeline)) for pipeline in pipelines),
            unresolved=sum(len(file.unresolved) for file in report.files),
            known=report.known,
        )

    @property
    def sentence(self) -> str:
        """`2 pipelines: 3 errors, 1 warning; 4 rules skipped, because values are unknown or could not be read`.

        Parts with a count of 0 are omitted.
        """
        where = counted(self.pipelines, "pipeline") if self.pipelines else "no pipelines"
        if self.files > 1:
            where += f" in {self.files:,} files"
        found = [counted(self.errors, "error")] if self.errors else []
        found += [counted(self.warnings, "warning")] if self.warnings else []
        found = found or ["no new findings" if self.known else "no findings"]
        found += [f"{self.suppressed:,} suppressed"] if self.suppressed else []
        found += [f"{self.known:,} in the baseline"] if self.known else []
        parts = [f"{where}: {', '.join(found)}"]
        parts += (
            [f"{counted(self.skipped, 'rule')} skipped, because values are unknown or could not be read"]
            if self.skipped
            else []
        )
        parts += [counted(self.unresolved, "unresolved address", "unresolved addresses")] if self.unresolved else []
        return "; ".join(parts)


def nothing_checked(file: FileReport) -> str:
    """A sentence about a file without a pipeline."""
    contents = file.contents
    parts = [
        counted(contents.queues, "queue"),
        counted(contents.functions, "function"),
        counted(contents.other_mappings, "event source mapping of another source", "event source mappings of other sources"),
        counted(contents.unresolved_mappings, *(f"event source mapping{s} whose queue is unknown" for s in ("", "s"))),
    ]
    nonzero = [part for part in parts if not part.startswith("0 ")]
    has = join_words(nonzero) or "no queue, no function and no event source mapping"
    hint = "" if contents.unresolved_mappings else f". {LOOKED_FOR}"
    return f"no pipeline was checked. It contains {has}{hint}"


def reasons(pipeline: PipelineReport) -> dict[str, list[str]]:
    """The skipped rules, each with its unknown values."""
    by_rule: dict[str, list[str]] = {}
    for rule, reason in pipeline.skipped:
        by_rule.setdefault(rule, []).append(reason)
    return by_rule


def next_command(report: Report) -> str:
    """The suggested command, which explains the worst finding. Empty if there is no finding."""
    return f"Next: queuesmith explain {report.worst.rule}" if report.worst else ""


def sentence(finding: Finding) -> str:
    """The message, with the name of the part in front unless the message contains it."""
    name = name_of(finding.address)
    is_named = finding.address in finding.message or name in finding.message
    return finding.message if is_named else f"{name}: {finding.message}"


def with_remedy(finding: Finding) -> str:
    """The message and the fix, as two sentences."""
    return f"{sentence(finding).rstrip('.')}. {finding.remedy.rstrip('.')}."

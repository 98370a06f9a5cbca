"""Checks Terraform files against the rule book. `queuesmith check` does this.

    from queuesmith.checks import TerraformFile, check_terraform

    plan = TerraformFile("plan.json", Path("plan.json").read_bytes())
    report = check_terraform([plan], today=date.today())
    for file, finding in report.findings:
        print(finding.severity, finding.rule, finding.address, finding.message)

`queuesmith.checks.write` writes such a report as the command does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from queuesmith.checks.reports.report import Contents, FileReport, PipelineReport, Report
from queuesmith.checks.suppressions import with_suppressions_checked
from queuesmith.readers.terraform.document import Document
from queuesmith.readers.terraform.input import read_document
from queuesmith.readers.terraform.pipelines import FilePipelines, pipelines_in
from queuesmith.readers.terraform.resource_index import FUNCTION, MAPPING, QUEUE
from queuesmith.rules import Finding, Suppression, check_pipeline, suppress
from queuesmith.rules.pipeline import Pipeline


@dataclass(frozen=True)
class TerraformFile:
    """A plan in JSON, or Terraform in JSON syntax."""

    name: str
    """Its name in the report."""
    content: bytes
    folder: Path | None = None
    """The folder for relative paths of local zips; None: zips are not read."""


def check_terraform(inputs: Sequence[TerraformFile], *, today: date, suppressions: Sequence[Suppression] = ()) -> Report:
    """Check plans and `cdk.tf.json` files.

    Raises queuesmith.common.UsageError if an input cannot be used. No input is checked then.

    Parameters
    ----------
    inputs
        The files.
    today
        The date that is compared with the runtimes' deprecation dates.
    suppressions
        Suppressions of findings.

    """
    documents = [read_document(each.content, each.name) for each in inputs]
    files = tuple(_check_file(each, document, today, suppressions) for each, document in zip(inputs, documents, strict=True))
    return with_suppressions_checked(Report(files), suppressions)


def _check_file(file: TerraformFile, document: Document, today: date, suppressions: Sequence[Suppression]) -> FileReport:
    reading = pipelines_in(document, today, file.folder)
    reported: set[Finding] = set()
    pipelines = tuple(_check_pipeline(pipeline, reported, suppressions) for pipeline in reading.pipelines)
    return FileReport(file.name, pipelines, unresolved=tuple(reading.unresolved), contents=_contents(document, reading))


def _check_pipeline(pipeline: Pipeline, reported: set[Finding], suppressions: Sequence[Suppression]) -> PipelineReport:
    """Check one pipeline. Findings about shared resources are reported only for the first pipeline."""
    result = check_pipeline(pipeline)
    fresh = [finding for finding in result.findings if finding not in reported]
    reported.update(fresh)
    skipped = tuple((check.rule, check.reason) for check in result.skipped)
    return PipelineReport(pipeline.name, tuple(suppress(fresh, suppressions)), skipped)


def _contents(document: Document, reading: FilePipelines) -> Contents:
    """The queues, functions and event source mappings in a file, whether or not they form a pipeline."""
    mappings, unresolved = document.of_type(MAPPING), {address for address, _ in reading.unresolved}
    lost = sum(mapping.address in unresolved for mapping in mappings)
    return Contents(
        queues=len(document.of_type(QUEUE)),
        functions=len(document.of_type(FUNCTION)),
        other_mappings=len(mappings) - len(reading.pipelines) - lost,
        unresolved_mappings=lost,
    )

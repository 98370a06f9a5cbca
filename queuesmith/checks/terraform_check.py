"""Checks Terraform files by the rule book. `queuesmith check` does this.

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
from queuesmith.readers.terraform.document import Document
from queuesmith.readers.terraform.input import read_document
from queuesmith.readers.terraform.joining import FUNCTION, MAPPING, QUEUE
from queuesmith.readers.terraform.pipelines import FilePipelines, pipelines_in
from queuesmith.rules import Acceptance, Finding, accept, complaints, judge
from queuesmith.rules.pipeline import Pipeline


@dataclass(frozen=True)
class TerraformFile:
    """A plan in JSON, or Terraform in JSON syntax."""

    name: str
    """Its name in the report."""
    content: bytes
    folder: Path | None = None
    """The folder for relative paths of local zips; None: zips are not read."""


def check_terraform(inputs: Sequence[TerraformFile], *, today: date, acceptances: Sequence[Acceptance] = ()) -> Report:
    """Check plans and `cdk.tf.json` files.

    Raises queuesmith.common.UsageError if an input cannot be used. No input is checked then.

    Parameters
    ----------
    inputs
        The files.
    today
        The day on which runtimes are checked.
    acceptances
        Suppressions of findings.

    """
    documents = [read_document(each.content, each.name) for each in inputs]
    files = tuple(_judged(each, document, today, acceptances) for each, document in zip(inputs, documents, strict=True))
    report = Report(files)
    every = [finding for _, pipeline in report.pipelines for finding in pipeline.every_finding]
    unjudged = {rule for _, pipeline in report.pipelines for rule, _ in pipeline.not_judged}
    return Report(files, tuple(complaints(acceptances, every, unjudged)))


def _judged(file: TerraformFile, document: Document, today: date, acceptances: Sequence[Acceptance]) -> FileReport:
    reading = pipelines_in(document, today, file.folder)
    said: set[Finding] = set()
    pipelines = tuple(_pipeline(pipeline, said, acceptances) for pipeline in reading.pipelines)
    return FileReport(file.name, pipelines, not_followed=tuple(reading.not_followed), contents=_contents(document, reading))


def _contents(document: Document, reading: FilePipelines) -> Contents:
    """The queues, functions and event source mappings in a file, whether or not they form a pipeline."""
    mappings, not_followed = document.of_type(MAPPING), {address for address, _ in reading.not_followed}
    lost = sum(mapping.address in not_followed for mapping in mappings)
    return Contents(
        queues=len(document.of_type(QUEUE)),
        functions=len(document.of_type(FUNCTION)),
        other_mappings=len(mappings) - len(reading.pipelines) - lost,
        lost_mappings=lost,
    )


def _pipeline(pipeline: Pipeline, said: set[Finding], acceptances: Sequence[Acceptance]) -> PipelineReport:
    """Check one pipeline. Findings about shared resources are reported only for the first pipeline."""
    judgement = judge(pipeline)
    fresh = [finding for finding in judgement.findings if finding not in said]
    said.update(fresh)
    not_judged = tuple((item.rule, item.reason) for item in judgement.not_judged)
    return PipelineReport(pipeline.name, tuple(accept(fresh, acceptances)), not_judged)

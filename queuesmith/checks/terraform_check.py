"""Judges Terraform files by the rule book: what `queuesmith check` does, for scripts too.

    from queuesmith.checks import check_terraform

    report = check_terraform([("plan.json", Path("plan.json").read_bytes())], today=date.today())
    for file, finding in report.findings:
        print(finding.severity, finding.rule, finding.address, finding.message)

`queuesmith.checks.write` writes such a report as the command does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from queuesmith.checks.reports.report import Contents, FileReport, PipelineReport, Report
from queuesmith.readers.terraform.document import Document
from queuesmith.readers.terraform.input import read_document
from queuesmith.readers.terraform.joining import FUNCTION, MAPPING, QUEUE
from queuesmith.readers.terraform.pipelines import FilePipelines, pipelines_in
from queuesmith.rules import Acceptance, Finding, accept, complaints, judge
from queuesmith.rules.pipeline import Pipeline


def check_terraform(
    inputs: Sequence[tuple[str, bytes]],
    *,
    today: date,
    acceptances: Sequence[Acceptance] = (),
    folders: Sequence[Path | None] = (),
) -> Report:
    """Judge plans and `cdk.tf.json` files, each given with its name and its bytes.

    `today` is the day on which runtimes are judged; `folders` are where the local zips of each input are looked for. Raises
    queuesmith.common.UsageError where an input cannot be used; then nothing is judged.
    """
    documents = [(name, read_document(content, name)) for name, content in inputs]
    places = [*folders, *[None] * (len(documents) - len(folders))]
    files = tuple(
        _judged(name, each, today, folder, acceptances) for (name, each), folder in zip(documents, places, strict=True)
    )
    report = Report(files)
    every = [finding for _, pipeline in report.pipelines for finding in pipeline.every_finding]
    unjudged = {rule for _, pipeline in report.pipelines for rule, _ in pipeline.not_judged}
    return Report(files, tuple(complaints(acceptances, every, unjudged)))


def _judged(name: str, each: Document, today: date, folder: Path | None, acceptances: Sequence[Acceptance]) -> FileReport:
    reading = pipelines_in(each, today, folder)
    said: set[Finding] = set()
    pipelines = tuple(_pipeline(pipeline, said, acceptances) for pipeline in reading.pipelines)
    return FileReport(name, pipelines, not_followed=tuple(reading.not_followed), contents=_contents(each, reading))


def _contents(document: Document, reading: FilePipelines) -> Contents:
    """What a file has, whether or not it makes a pipeline."""
    mappings, not_followed = document.of_type(MAPPING), {address for address, _ in reading.not_followed}
    lost = sum(mapping.address in not_followed for mapping in mappings)
    return Contents(
        queues=len(document.of_type(QUEUE)),
        functions=len(document.of_type(FUNCTION)),
        other_mappings=len(mappings) - len(reading.pipelines) - lost,
        lost_mappings=lost,
    )


def _pipeline(pipeline: Pipeline, said: set[Finding], acceptances: Sequence[Acceptance]) -> PipelineReport:
    """What pipelines share is said of the first of them."""
    judgement = judge(pipeline)
    fresh = [finding for finding in judgement.findings if finding not in said]
    said.update(fresh)
    not_judged = tuple((item.rule, item.reason) for item in judgement.not_judged)
    return PipelineReport(pipeline.name, tuple(accept(fresh, acceptances)), not_judged)

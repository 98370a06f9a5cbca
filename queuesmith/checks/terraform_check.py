"""Checks Terraform plans, files and folders against the rule book. `queuesmith check` does this.

    from queuesmith.checks import TerraformFile, TerraformFolder, check_terraform

    plan = TerraformFile("plan.json", Path("plan.json").read_bytes())
    report = check_terraform([plan, TerraformFolder("infra", Path("infra"))], today=date.today())
    for file, finding in report.findings:
        print(finding.severity, finding.rule, finding.address, finding.message)

`queuesmith.checks.write` writes such a report as the command does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from queuesmith.checks.reports.report import Contents, FileReport, PipelineReport, Report
from queuesmith.checks.suppressions import with_suppressions_checked
from queuesmith.common.errors import UsageError
from queuesmith.readers.terraform.document import Document
from queuesmith.readers.terraform.hcl import Variables, find_source, require_packages
from queuesmith.readers.terraform.input import decoded, read_document
from queuesmith.readers.terraform.json_lines import JsonLines
from queuesmith.readers.terraform.pipelines import FilePipelines, pipelines_in
from queuesmith.readers.terraform.plan import PlanDocument
from queuesmith.readers.terraform.resource_index import FUNCTION, MAPPING, QUEUE
from queuesmith.rules import Finding, Suppression, check_pipeline, suppress
from queuesmith.rules.pipeline import Pipeline

if TYPE_CHECKING:
    from queuesmith.readers.terraform.hcl.configuration import Configuration
    from queuesmith.readers.terraform.hcl.lines import SourceLines
    from queuesmith.readers.terraform.hcl.reader import Folder


@dataclass(frozen=True)
class TerraformFile:
    """A plan in JSON, or Terraform in JSON syntax."""

    name: str
    """Its name in the report."""
    content: bytes
    folder: Path | None = None
    """The folder for relative paths of local zips; None: zips are not read."""
    source: Path | None = None
    """The folder of a plan's `.tf` files, which supplies lines, suppressions in comments, and values that the plan does not
    know. None: the current folder, for lines and suppressions only.
    """


@dataclass(frozen=True)
class TerraformFolder:
    """A root module with files in HCL."""

    name: str
    """Its name in the report."""
    folder: Path
    variables: tuple[str, ...] = ()
    """Values of variables: `NAME=VALUE`."""
    variable_files: tuple[Path, ...] = ()
    """Files with values of variables, in addition to those that Terraform reads automatically."""


TerraformInput: TypeAlias = TerraformFile | TerraformFolder


@dataclass(frozen=True)
class _Read:
    """An input that was read."""

    document: Document
    unread_files: tuple[tuple[str, str], ...] = ()
    lines: SourceLines | JsonLines | None = None
    """The lines of its resources, if its source files are known."""
    suppressions: tuple[Suppression, ...] = ()
    """The suppressions in comments of its source files."""


def check_terraform(
    inputs: Sequence[TerraformInput],
    *,
    today: date,
    suppressions: Sequence[Suppression] = (),
    others: Sequence[FileReport] = (),
) -> Report:
    """Check plans, `cdk.tf.json` files and folders.

    Raises queuesmith.common.UsageError if an input cannot be used. No input is checked then.

    Parameters
    ----------
    inputs
        The files and folders.
    today
        The date that is compared with the runtimes' deprecation dates.
    suppressions
        Suppressions of findings.
    others
        Reports about other inputs, such as settings, to which the suppressions apply too. They come first in the report.

    """
    read = [_read(each) for each in inputs]
    files = tuple(_check_input(each, content, today, suppressions) for each, content in zip(inputs, read, strict=True))
    in_comments = [suppression for content in read for suppression in content.suppressions]
    return with_suppressions_checked(Report((*others, *files)), [*suppressions, *in_comments])


def read_terraform(inputs: Sequence[TerraformInput], today: date) -> list[Pipeline]:
    """Return the pipelines in plans, `cdk.tf.json` files and folders. Raises UsageError if an input cannot be used."""
    return [pipeline for each in inputs for pipeline in pipelines_in(_read(each).document, today, None).pipelines]


def _read(given: TerraformInput) -> _Read:
    if isinstance(given, TerraformFile):
        document = read_document(given.content, given.name)
        if isinstance(document, PlanDocument):
            return _with_source(document, given.source)
        return _Read(document, lines=JsonLines(decoded(given.content, given.name), given.name))
    found = _read_folder(given.folder, Variables(given.variables, given.variable_files))
    return _with_lines(found.document, found.configuration, found.problems)


def _read_folder(folder: Path, variables: Variables) -> Folder:
    require_packages()
    from queuesmith.readers.terraform.hcl.reader import read_folder  # loads these packages, which plans do not need

    try:
        return read_folder(folder, variables)
    except RecursionError as error:
        raise UsageError(f"{folder}: a file is nested too deeply") from error


def _with_source(plan: PlanDocument, source: Path | None) -> _Read:
    """The plan with the lines of its source files. An explicit `source` also supplies values."""
    if source is None:
        configuration = find_source(Path())
        return _with_lines(plan, configuration, ()) if configuration and _is_source(configuration, plan) else _Read(plan)
    found = _read_folder(source, Variables(given=plan.variables))
    plan.source = found.document
    return _with_lines(plan, found.configuration, found.problems)


def _is_source(configuration: Configuration, plan: PlanDocument) -> bool:
    """Whether the files have every resource of the plan's root module. Otherwise they belong to another plan."""
    own = {f"{each.type}.{each.name}" for each in plan.resources.values() if not each.module}
    return all(((), name) in configuration.blocks for name in own)


def _with_lines(document: Document, configuration: Configuration, problems: tuple[tuple[str, str], ...]) -> _Read:
    from queuesmith.readers.terraform.hcl.comments import suppressions_in_comments
    from queuesmith.readers.terraform.hcl.lines import SourceLines

    in_comments = suppressions_in_comments(configuration, document)
    return _Read(document, problems, SourceLines(configuration), tuple(in_comments))


def _check_input(given: TerraformInput, read: _Read, today: date, suppressions: Sequence[Suppression]) -> FileReport:
    reading = pipelines_in(read.document, today, given.folder)
    reported: set[Finding] = set()
    suppressions = [*read.suppressions, *suppressions]
    pipelines = tuple(_check_pipeline(pipeline, reported, suppressions, read.lines) for pipeline in reading.pipelines)
    return FileReport(
        given.name,
        pipelines,
        unresolved=tuple(reading.unresolved),
        contents=_contents(read.document, reading),
        unread_files=read.unread_files,
    )


def _check_pipeline(
    pipeline: Pipeline, reported: set[Finding], suppressions: Sequence[Suppression], lines: SourceLines | JsonLines | None
) -> PipelineReport:
    """Check one pipeline. Findings about shared resources are reported only for the first pipeline."""
    result = check_pipeline(pipeline)
    fresh = [finding for finding in result.findings if finding not in reported]
    reported.update(fresh)
    fresh = lines.locate(fresh, pipeline.name) if lines else fresh
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

"""`queuesmith check`: checks existing Terraform by the rule book."""

from __future__ import annotations

import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from queuesmith.cli.options import DASH, SuppressOption, acceptances
from queuesmith.cli.output import Output
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import STANDARD_INPUT


class Format(StrEnum):
    """The output format of findings."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class FailOn(StrEnum):
    """The conditions for exit status 1."""

    ERROR = "error"
    WARNING = "warning"
    NONE_FOUND = "none-found"


def check(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Plans (terraform show -json), or cdk.tf.json; - is standard input.")
    ],
    form: Annotated[Format, typer.Option("--format", help="How findings are written.")] = Format.TEXT,
    fail_on: Annotated[
        list[FailOn] | None,
        typer.Option(
            help="The lowest severity that gives exit status 1 (default: error). With none-found, a file of which no pipeline "
            "was checked does, too. Repeat for both."
        ),
    ] = None,
    suppress: SuppressOption = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Suppressions. Default: queuesmith.toml, if it is there.")
    ] = None,
    on: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Judge runtimes as of this day. Default: today.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Judge the queue-to-Lambda pipelines in Terraform plans or cdk.tf.json by the rule book.

    Exit status 0: nothing at or above --fail-on; 1: something; 2: a file that cannot be used.

    Example: terraform show -json tfplan | queuesmith check -
    """
    from queuesmith.checks.reports import write
    from queuesmith.checks.reports.summary import nothing_checked
    from queuesmith.checks.terraform_check import TerraformFile, check_terraform
    from queuesmith.rules import Severity

    if files.count(DASH) > 1:
        raise UsageError("Standard input (-) can be read once")
    accepted = acceptances(suppress, config)
    inputs = [
        TerraformFile(STANDARD_INPUT, _content(file))
        if file == DASH
        else TerraformFile(file, _content(file), Path(file).parent)
        for file in files
    ]
    report = check_terraform(inputs, today=on.date() if on else date.today(), acceptances=accepted)
    write(report, "json" if json else form.value, sys.stdout)
    fail = fail_on or []
    none_found = bool(report.without_pipelines) and FailOn.NONE_FOUND in fail
    for file in report.without_pipelines:
        if none_found:
            Output().say(f"error: {file.file}: no pipeline was checked (--fail-on none-found)")
        elif form is Format.SARIF:  # SARIF can contain only findings
            Output().say(f"warning: {file.file}: {nothing_checked(file)}")
    if none_found or report.reaches(Severity.WARNING if FailOn.WARNING in fail else Severity.ERROR):
        raise typer.Exit(1)


def _content(file: str) -> bytes:
    if file == DASH:
        if sys.stdin.isatty():
            raise UsageError("Standard input is a terminal. Pipe a plan in: terraform show -json tfplan | queuesmith check -")
        return sys.stdin.buffer.read()
    path = Path(file)
    if path.is_dir():
        raise UsageError(f"{file} is a folder. Name the file: a plan in JSON, or cdktf.out/stacks/NAME/cdk.tf.json")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error

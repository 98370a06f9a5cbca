"""`queuesmith check`: checks Terraform files against the rule book."""

from __future__ import annotations

import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from queuesmith import checks
from queuesmith.cli.options import DASH, SuppressOption
from queuesmith.cli.output import Output
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import STANDARD_INPUT


class Format(StrEnum):
    """The output format of findings."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class FailCondition(StrEnum):
    """The conditions for exit status 1."""

    ERROR = "error"
    WARNING = "warning"
    NONE_FOUND = "none-found"


def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Plans in JSON (terraform show -json), or cdk.tf.json files. - is standard input."),
    ],
    form: Annotated[Format, typer.Option("--format", help="The output format of the findings.")] = Format.TEXT,
    fail_on: Annotated[
        list[FailCondition] | None,
        typer.Option(
            help="The lowest severity that causes exit status 1 (default: error). none-found: exit with status 1 also if no "
            "pipeline was checked in a file. To combine it with a severity, repeat the option."
        ),
    ] = None,
    suppress: SuppressOption = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A TOML file with suppressions. Default: queuesmith.toml, if it exists.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--date",
            metavar="YYYY-MM-DD",
            formats=["%Y-%m-%d"],
            help="The date for which runtimes are checked. Default: today.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Check the SQS-to-Lambda pipelines in Terraform plans or cdk.tf.json files against the rule book.

    Exit status 0: no findings of the severity in --fail-on or higher. 1: at least one. 2: a file cannot be used.

    Example: terraform show -json tfplan | queuesmith check -
    """
    from queuesmith.rules import Severity

    if files.count(DASH) > 1:
        raise UsageError("Standard input (-) can be given only once")
    suppressions = checks.read_suppressions(suppress or [], config)
    # The zips of a plan on standard input are read from the current folder, which is also the parent of -
    inputs = [
        checks.TerraformFile(STANDARD_INPUT if file == DASH else file, _content(file), Path(file).parent) for file in files
    ]
    report = checks.check_terraform(inputs, today=on.date() if on else date.today(), suppressions=suppressions)
    checks.write(report, "json" if json else form.value, sys.stdout)
    fail = fail_on or []
    none_found = bool(report.without_pipelines) and FailCondition.NONE_FOUND in fail
    for file in report.without_pipelines:
        if none_found:
            Output().say(f"error: {file.file}: no pipeline was checked (--fail-on none-found)")
        elif form is Format.SARIF:  # SARIF can contain only findings
            Output().say(f"warning: {file.file}: {checks.nothing_checked(file)}")
    if none_found or report.reaches(Severity.WARNING if FailCondition.WARNING in fail else Severity.ERROR):
        raise typer.Exit(1)


def _content(file: str) -> bytes:
    if file == DASH:
        if sys.stdin.isatty():
            raise UsageError("Standard input is a terminal. Pipe a plan in: terraform show -json tfplan | queuesmith check -")
        return sys.stdin.buffer.read()
    path = Path(file)
    if path.is_dir():
        raise UsageError(f"{file} is a folder. Specify the file: a plan in JSON, or cdktf.out/stacks/NAME/cdk.tf.json")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error

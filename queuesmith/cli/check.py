"""`queuesmith check`: checks Terraform plans, files and folders against the rule book."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from queuesmith import checks
from queuesmith.cli.check_inputs import inputs_of, settings_folders
from queuesmith.cli.options import SuppressOption
from queuesmith.cli.output import Output


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
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Folders with Terraform files, plans in JSON (terraform show -json), or cdk.tf.json files. - is standard "
            "input. A .tf file stands for its folder, because Terraform reads all files of a folder as one module. A project's "
            "folder config/ stands for its settings.",
        ),
    ],
    form: Annotated[Format, typer.Option("--format", help="The output format of the findings.")] = Format.TEXT,
    fail_on: Annotated[
        list[FailCondition] | None,
        typer.Option(
            help="The lowest severity that causes exit status 1 (default: error). none-found: also exit with status 1 if no "
            "pipeline was checked in one of the inputs. To combine it with a severity, repeat the option."
        ),
    ] = None,
    var: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Set a variable of a folder, as in terraform plan. Repeat for more."),
    ] = None,
    var_file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Read variables of a folder from a file, in addition to terraform.tfvars and *.auto.tfvars. Repeat for more.",
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="The folder of the .tf files of a plan. It supplies the lines of findings, suppressions in comments, and "
            "values that the plan does not know. Default: the current folder, if it has all resources of the plan's root "
            "module. This default folder supplies lines and suppressions, but no values.",
        ),
    ] = None,
    suppress: SuppressOption = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A TOML file with suppressions. Default: queuesmith.toml in the current folder, if it exists."
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The output of an earlier check --json for the same inputs. Its findings are counted, but are not listed and "
            "do not cause exit status 1. A finding that is a warning in the baseline and an error now counts as new.",
        ),
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--date",
            metavar="YYYY-MM-DD",
            formats=["%Y-%m-%d"],
            help="Check whether Lambda supports the runtimes on this date. Default: today.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Check the SQS-to-Lambda pipelines in Terraform folders, plans, cdk.tf.json files or settings against the rule book.

    A folder is read without Terraform, credentials or network. Values that only Terraform or AWS knows are then unknown, and
    the rules that need them are skipped. A plan contains more values than a folder.

    Exit status 0: no findings of the severity in --fail-on or higher. 1: at least one. 2: an input cannot be used.

    Example: queuesmith check .
    """
    from queuesmith.rules import Severity

    suppressions = checks.read_suppressions(suppress or [], config)
    known = checks.read_baseline(baseline) if baseline else None
    folders, other_paths = settings_folders(paths)
    inputs = inputs_of(other_paths, var or [], var_file or [], source)
    today = on.date() if on else date.today()
    with _without_garbage_collection():
        settings = [
            each for folder in folders for each in checks.check_settings(folder, today=today, suppressions=suppressions)
        ]
        report = checks.check_terraform(inputs, today=today, suppressions=suppressions, others=settings)
    report = checks.without_known(report, known) if known else report
    checks.write(report, "json" if json else form.value, sys.stdout)
    fail = fail_on or []
    if report.no_longer_found:
        Output().say(f"{baseline}: {report.no_longer_found:,} of its findings no longer occur. Write it again: check --json")
    none_found = bool(report.without_pipelines) and FailCondition.NONE_FOUND in fail
    for file in report.files if form is Format.SARIF else ():
        for unread, reason in file.unread_files:
            Output().say(f"warning: {unread}: {reason}")
    for file in report.without_pipelines:
        if none_found:
            Output().say(f"error: {file.file}: no pipeline was checked (--fail-on none-found)")
        elif form is Format.SARIF:  # SARIF can contain only findings
            Output().say(f"warning: {file.file}: {checks.nothing_checked(file)}")
    if none_found or report.reaches(Severity.WARNING if FailCondition.WARNING in fail else Severity.ERROR):
        raise typer.Exit(1)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Nearly all objects live until the end, so that searching for unused ones takes a third of the time and finds none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

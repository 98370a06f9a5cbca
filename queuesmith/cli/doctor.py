"""`queuesmith doctor`: checks deployed workers against the rule book."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from queuesmith import checks
from queuesmith.cli.options import SuppressOption
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_workers


class FailOn(StrEnum):
    """The lowest severity that causes exit status 1."""

    ERROR = "error"
    WARNING = "warning"


@on_workers
def doctor(
    target: Target,
    output: Output,
    *,
    fail_on: Annotated[FailOn, typer.Option(help="The lowest severity that causes exit status 1.")] = FailOn.ERROR,
    suppress: SuppressOption = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A TOML file with suppressions. Default: those in config/. Outside a project: queuesmith.toml, if it exists.",
        ),
    ] = None,
) -> None:
    """Check deployed workers against the rule book, and compare them with their settings.

    Exit status 0: no findings of the severity in --fail-on or higher. 1: at least one, or a worker could not be read
    completely.

    Example: queuesmith doctor dev
    """
    from queuesmith.rules import Severity

    # read before AWS is called, so that a wrong option is reported immediately
    suppressions = checks.read_suppressions(suppress or [], config, default_file=False)
    workers = target.workers()
    if config is None and not all(worker.has_settings for worker in workers):
        suppressions += checks.read_suppressions([], None)
    report = checks.check_deployed(workers, suppressions=suppressions)
    checks.write(report, "json" if output.as_json else "text", sys.stdout)
    is_incomplete = _print_next_steps(report, target, output)
    if is_incomplete or report.reaches(Severity(fail_on.value)):
        raise typer.Exit(1)


def _print_next_steps(report: checks.Report, target: Target, output: Output) -> bool:
    """Print what could not be read, and the next command unless the report gives it.

    Returns whether anything could not be read.
    """
    reasons = (reason for _, pipeline in report.pipelines for _, reason in pipeline.skipped)
    is_incomplete = any("access denied" in reason for reason in reasons)
    if is_incomplete:
        output.say(
            "Some parts could not be read. To grant the permissions, attach the policy in the stack's output "
            "WORKER_operator_read_policy to this user or role"
        )
    if not report.findings:
        output.say(f"Next: {target.command_line('status')}")
    elif output.as_json:  # the text report already contains it
        output.say(checks.next_command(report))
    return is_incomplete

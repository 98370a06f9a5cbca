"""`queuesmith init`: writes a new project."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from queuesmith.cli.options import Json
from queuesmith.cli.output import Output
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED


class Backend(StrEnum):
    """Terraform's backends."""

    LOCAL = "local"
    S3 = "s3"


_QUESTIONS = {
    "project": "Name of the project",
    "worker": "Name of the first worker",
    "region": "AWS region",
    "fifo": "FIFO queue",
    "environments": "Environments, separated by commas",
    "backend": "Terraform's state: local (files, for one person) or s3",
}


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIRECTORY", help="The folder of the project, new or existing.")],
    project: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The project's name, which tags all resources. Default: the name of the folder."),
    ] = None,
    worker: Annotated[str | None, typer.Option(metavar="NAME", help="The first worker. Default: orders.")] = None,
    region: Annotated[str | None, typer.Option(metavar="REGION", help="The AWS region. Default: eu-central-1.")] = None,
    fifo: Annotated[
        bool | None, typer.Option("--fifo/--no-fifo", help="Whether the worker's queue is FIFO. Default: no.")
    ] = None,
    environments: Annotated[
        str | None, typer.Option(metavar="NAMES", help="The environments, separated by commas. Default: dev,prod.")
    ] = None,
    backend: Annotated[
        Backend | None,
        typer.Option(help="Terraform's state: local (files, for one person) or s3 (a bucket). Default: local."),
    ] = None,
    json: Json = False,
) -> None:
    """Write a new project: a worker with its handler, settings, stack and tests, a Makefile, and workflows for GitHub.

    On a terminal, the command asks for the options that you omit. It writes all files or none, and overwrites no existing
    file.

    Example: queuesmith init shop --worker orders
    """
    from queuesmith import scaffold

    values: dict[str, Any] = {
        "project": project,
        "worker": worker,
        "region": region,
        "fifo": fifo,
        "environments": environments,
        "backend": None if backend is None else backend.value,
    }
    given = {name: value for name, value in values.items() if value is not None}
    defaults = asdict(scaffold.ProjectOptions(scaffold.default_project_name(directory)))
    if sys.stdin.isatty() and sys.stderr.isatty():
        given |= _ask({name: default for name, default in defaults.items() if name not in given})
    if isinstance(given.get("environments"), str):
        given["environments"] = scaffold.OPTION_CHECKS["environments"](given["environments"])
    result = scaffold.create_project(directory, scaffold.ProjectOptions(**{**defaults, **given}))
    output = Output(as_json=json)
    output.document(asdict(result))
    for file in result.files:
        output.line(file)
    folder = shlex.quote(str(directory))
    output.say(f"Wrote {counted(len(result.files), 'file')} into {folder}.")
    output.say(f"Next: cd {folder} && git init && make demo    # runs the pipeline on this machine")
    output.say("Then: make test    # README.md lists the other commands")


def _ask(defaults: dict[str, Any]) -> dict[str, Any]:
    """Ask for options, each with its default. After an answer that is not allowed, the question is repeated."""
    try:
        return {name: _answer(name, default) for name, default in defaults.items()}
    except typer.Abort:
        Output().say("Nothing was written.")
        raise typer.Exit(INTERRUPTED) from None


def _answer(name: str, default: Any) -> Any:
    from queuesmith import scaffold

    if isinstance(default, bool):
        return typer.confirm(_QUESTIONS[name], default=default, err=True)
    shown = ",".join(default) if isinstance(default, tuple) else default
    return typer.prompt(_QUESTIONS[name], default=shown, err=True, value_proc=_checked(scaffold.OPTION_CHECKS[name]))


def _checked(check: Callable[[str], Any]) -> Callable[[str], Any]:
    def convert(answer: str) -> Any:
        try:
            return check(answer.strip())
        except UsageError as error:
            raise typer.BadParameter(str(error)) from None

    return convert

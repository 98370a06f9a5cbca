"""`queuesmith package`: build the zip of a worker's function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from queuesmith.cli.options import Json
from queuesmith.cli.output import Output
from queuesmith.common.errors import PackagingError, UsageError
from queuesmith.common.texts import counted, megabytes
from queuesmith.packaging.platforms import Platform
from queuesmith.settings.project import chosen_environments, usable_configuration

if TYPE_CHECKING:
    from queuesmith.packaging.build import Package


@dataclass(frozen=True)
class _Job:
    """One zip to build."""

    environment: str
    worker: str
    sources: Path
    output: Path
    platform: Platform
    handler: str


def package(
    environment: Annotated[
        str | None,
        typer.Argument(help="An environment. Default: those in ENVIRONMENTS, or all.", show_default=False),
    ] = None,
    worker: Annotated[
        str | None, typer.Argument(help="A worker of it. Default: all that have a local zip.", show_default=False)
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(
            help="host (this machine) or ARCHITECTURE-RUNTIME. Default: as the function's settings say.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where the zip goes. Default: where the settings say.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Build the zip of a worker's function, in a checkout of the project: from function.source (handlers/ unless it is set)
    and its hash-pinned requirements.

    Example: queuesmith package dev orders
    """
    chosen = Platform.parse(platform) if platform else None
    jobs = list(_jobs(environment, worker, chosen, output))
    out, packages = Output(as_json=json), list[dict[str, Any]]()
    if not jobs:
        out.line(
            "Nothing to build: no worker here has a local zip (function.artifact.zip). One that is named is built all the same."
        )
    _refuse_two_zips_in_one(jobs)
    said: set[Path] = set()
    for job in jobs:
        built = _build(job, anywhere=output is not None)
        about = {"path": str(built.path), "files": built.files, "size": built.size, "fresh": built.fresh}
        packages.append({"environment": job.environment, "worker": job.worker, "platform": str(job.platform), **about})
        if job.output in said:
            continue
        said.add(job.output)
        how = "built" if built.fresh else "there already, from the same sources"
        out.line(f"{built.path}: {how} ({job.platform}, {counted(built.files, 'file')}, {megabytes(built.size)})")
    out.document({"packages": packages})


def _jobs(environment: str | None, worker: str | None, platform: Platform | None, output: Path | None) -> Iterator[_Job]:
    configuration = usable_configuration([environment] if environment else chosen_environments())
    for name, entry in configuration.environments.items():
        workers = entry.settings.workers
        if worker is not None and worker not in workers:
            raise UsageError(f"{name} has no worker {worker}. It has: {', '.join(workers)}")
        for key, settings in workers.items():
            function = settings.function
            if worker not in (None, key) or (worker is None and function.artifact.zip is None):
                continue
            path = output or Path(function.artifact.zip or f"build/{key}.zip")
            target = platform or Platform.of_function(function.architecture, function.runtime)
            yield _Job(name, key, Path(function.source), path, target, function.handler)


def _build(job: _Job, *, anywhere: bool) -> Package:
    """`anywhere`: also outside the project. Raises UsageError, and PackagingError with whose package it is."""
    from queuesmith.packaging.build import CACHE, build  # loads the rule book

    if not anywhere and not job.output.resolve().is_relative_to(Path.cwd()):
        raise UsageError(
            f"{job.environment}: {job.worker}: function.artifact.zip is {job.output}, outside {Path.cwd()}. "
            "To build it there all the same, name it with --output"
        )
    try:
        return build(job.sources, job.output, job.platform, job.handler, CACHE)
    except PackagingError as error:
        raise PackagingError(f"{job.environment}: {job.worker}: {error}") from error


def _refuse_two_zips_in_one(jobs: list[_Job]) -> None:
    """Workers may share a zip, each with its own handler in it, but not of two sources or for two platforms.

    Raises UsageError.
    """
    by_output: dict[Path, _Job] = {}
    for job in jobs:
        other = by_output.setdefault(job.output, job)
        for said, mine, theirs in (("for", job.platform, other.platform), ("from", job.sources, other.sources)):
            if mine != theirs:
                raise UsageError(
                    f"{job.output} is named by {other.environment}/{other.worker} {said} {theirs} and by "
                    f"{job.environment}/{job.worker} {said} {mine}. Give each its own function.artifact.zip"
                )

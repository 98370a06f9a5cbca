"""`queuesmith package`: builds the zip of a worker's function."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from queuesmith import packaging
from queuesmith.cli.options import Json
from queuesmith.cli.output import Output
from queuesmith.settings.project import selected_environments, usable_configuration


def package(
    environment: Annotated[
        str | None,
        typer.Argument(
            metavar="ENVIRONMENT",
            help="An environment. Default: those in the environment variable ENVIRONMENTS, otherwise all.",
        ),
    ] = None,
    worker: Annotated[
        str | None,
        typer.Argument(metavar="WORKER", help="A worker of the environment. Default: all workers with a local zip."),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(
            metavar="PLATFORM",
            help="host (this machine), or one such as arm64-python3.13. Default: the function's architecture and runtime.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The path of the zip. Default: the one in the settings.")
    ] = None,
    json: Json = False,
) -> None:
    """Build the zip of a worker's function. Run this command in a checkout of the project.

    The zip contains the worker's folder (handlers/WORKER or function.code), the project's modules that it imports, and its
    hash-pinned requirements.

    Example: queuesmith package dev orders
    """
    chosen = packaging.Platform.parse(platform) if platform else None
    configuration = usable_configuration([environment] if environment else selected_environments())
    zips = packaging.zips_to_build(configuration, worker, chosen, output)
    out = Output(as_json=json)
    packages = [
        {"environment": each.environment, "worker": each.worker, "platform": str(each.platform), **asdict(built)}
        for each, built in zip(zips, packaging.build_all(zips, out.line), strict=True)
    ]
    out.document({"packages": packages})

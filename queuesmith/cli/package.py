"""`queuesmith package`: builds the zip of a worker's function."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from queuesmith.cli.options import Json
from queuesmith.cli.output import Output
from queuesmith.packaging.platforms import Platform
from queuesmith.settings.project import selected_environments, usable_configuration

if TYPE_CHECKING:
    from queuesmith.packaging.build import BuiltZip
    from queuesmith.packaging.function_zips import FunctionZip


def package(
    environment: Annotated[
        str | None,
        typer.Argument(help="An environment. Default: those in the variable ENVIRONMENTS, otherwise all.", show_default=False),
    ] = None,
    worker: Annotated[
        str | None,
        typer.Argument(help="A worker of the environment. Default: all workers with a local zip.", show_default=False),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(
            help="host (this machine) or ARCHITECTURE-RUNTIME. Default: those in the function's settings.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="The path of the zip. Default: the one in the settings.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Build the zip of a worker's function. Run it in a checkout of the project.

    The zip contains the worker's folder (handlers/WORKER or function.code), the project's modules that it imports, and its
    hash-pinned requirements.

    Example: queuesmith package dev orders
    """
    from queuesmith.packaging.function_zips import build_all, zips_to_build  # loads pydantic

    chosen = Platform.parse(platform) if platform else None
    configuration = usable_configuration([environment] if environment else selected_environments())
    zips = zips_to_build(configuration, worker, chosen, output)
    out = Output(as_json=json)
    out.document({"packages": list(map(_as_json, zips, build_all(zips, out.line)))})


def _as_json(built: FunctionZip, package: BuiltZip) -> dict[str, Any]:
    return {
        "environment": built.environment,
        "worker": built.worker,
        "platform": str(built.platform),
        "path": str(package.path),
        "files": package.files,
        "size": package.size,
        "built": package.built,
    }

"""Builds each worker's package for this machine, because the emulator runs handlers as local processes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from queuesmith.common.errors import PackagingError, UsageError
from queuesmith.packaging.build import CACHE, build_zip
from queuesmith.packaging.platforms import Platform
from queuesmith.readers.local_code import code_folder

if TYPE_CHECKING:
    from queuesmith.settings import FunctionSettings
    from queuesmith.settings.environment import EnvironmentSettings

_FOLDER = Path("build") / "host"


def host_packages(settings: EnvironmentSettings) -> dict[str, Path]:
    """Build the zip of each worker, by its function's name. Must run in the project's folder.

    Missing zips for AWS are built too, because the stack names them. Raises UsageError for a function that cannot run here, and
    PackagingError for a package that cannot be built.
    """
    for key, worker in settings.workers.items():
        _refuse_what_cannot_run_here(settings.environment, key, worker.function)
    packages = {}
    for key, worker in settings.workers.items():
        try:
            packages[worker.name] = _build(key, worker.function)
        except PackagingError as error:
            raise PackagingError(f"{settings.environment}: {key}: {error}") from error
    return packages


def _refuse_what_cannot_run_here(environment: str, key: str, function: FunctionSettings) -> None:
    whose = f"{environment}: {key}"
    if function.artifact.image is not None:
        raise UsageError(
            f"{whose}: function.artifact is an image, but the emulator runs only Python handlers from a zip. "
            f"Set function.artifact.zip in {environment}, or use an environment that has a zip"
        )
    try:
        Platform.of_function(function.architecture, function.runtime)
    except UsageError as error:
        raise UsageError(f"{whose}: {error}") from error


def _build(worker: str, function: FunctionSettings) -> Path:
    folder, layers = code_folder(worker, function), bool(function.layers)
    for_aws = None if function.artifact.zip is None else Path(function.artifact.zip)
    if for_aws is not None and for_aws.resolve().is_relative_to(Path.cwd()):  # a zip outside the project is not ours to build
        platform = Platform.of_function(function.architecture, function.runtime)
        build_zip(folder, for_aws, platform, function.handler, CACHE, layers=layers)
    name = f"{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}.zip"  # several workers can share a folder
    return build_zip(folder, _FOLDER / name, Platform(), function.handler, CACHE, layers=layers).path

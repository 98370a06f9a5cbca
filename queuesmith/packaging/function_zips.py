"""Finds the zips of a project's functions, and builds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from queuesmith.common.errors import PackagingError, UsageError
from queuesmith.common.printing import counted, megabytes
from queuesmith.packaging.build import CACHE, BuiltZip, build_zip
from queuesmith.packaging.platforms import Platform
from queuesmith.readers.local_code import code_folder
from queuesmith.settings.loading import Configuration


@dataclass(frozen=True)
class FunctionZip:
    """The zip of one worker, with the inputs for its build."""

    environment: str
    worker: str
    folder: Path
    output: Path
    platform: Platform
    handler: str
    layers: bool


def zips_to_build(
    configuration: Configuration, worker: str | None = None, platform: Platform | None = None, output: Path | None = None
) -> list[FunctionZip]:
    """Return the zips of the named worker, or of all workers that have a local zip.

    Parameters
    ----------
    configuration
        The project's settings.
    worker
        The key of one worker. Default: all workers that have a local zip.
    platform
        Replaces the platform of the function. Default: that of the settings.
    output
        Replaces the path of the zip. Default: that of the settings.

    Raises
    ------
    UsageError
        If there is no such worker, if the settings put a zip outside the project, or if two workers use one zip with different
        folders or platforms.

    """
    zips = list(_zips_to_build(configuration, worker, platform, output))
    if output is None:
        _refuse_outside_project(zips)
    _refuse_two_in_one(zips)
    return zips


def build_all(zips: Sequence[FunctionZip], report: Callable[[str], None]) -> list[BuiltZip]:
    """Build the zips, each once.

    Parameters
    ----------
    zips
        The result of `zips_to_build`.
    report
        Receives a line for each zip.

    Raises
    ------
    PackagingError
        If a zip cannot be built. The text names the worker.

    """
    if not zips:
        report(
            "Nothing to build: no worker has a local zip (function.artifact.zip). "
            "To build a worker's zip without this setting, specify the worker."
        )
    packages: list[BuiltZip] = []
    for each in zips:
        package = _build(each)
        if all(package.path != other.path for other in packages):
            how = "built" if package.built else "up to date"
            report(f"{package.path}: {how} ({each.platform}, {counted(package.files, 'file')}, {megabytes(package.size)})")
        packages.append(package)
    return packages


def _build(each: FunctionZip) -> BuiltZip:
    try:
        return build_zip(each.folder, each.output, each.platform, each.handler, CACHE, layers=each.layers)
    except PackagingError as error:
        raise PackagingError(f"{each.environment}: {each.worker}: {error}") from error


def _zips_to_build(
    configuration: Configuration, worker: str | None, platform: Platform | None, output: Path | None
) -> Iterator[FunctionZip]:
    for name, environment in configuration.environments.items():
        workers = environment.settings.workers
        if worker is not None and worker not in workers:
            raise UsageError(f'{name} has no worker "{worker}". Its workers are: {", ".join(workers)}')
        for key, settings in workers.items():
            function = settings.function
            if worker not in (None, key) or (worker is None and function.artifact.zip is None):
                continue
            path = output or Path(function.artifact.zip or f"build/{key}.zip")
            target = platform or Platform.of_function(function.architecture, function.runtime)
            yield FunctionZip(name, key, code_folder(key, function), path, target, function.handler, bool(function.layers))


def _refuse_outside_project(zips: Sequence[FunctionZip]) -> None:
    for each in zips:
        if not each.output.resolve().is_relative_to(Path.cwd()):
            raise UsageError(
                f"{each.environment}: {each.worker}: function.artifact.zip is {each.output}, which is outside {Path.cwd()}. "
                "Use a path in the project, or --output"
            )


def _refuse_two_in_one(zips: Sequence[FunctionZip]) -> None:
    """Raise UsageError for a zip with two folders or platforms. Workers can share a zip if only their handlers differ."""
    by_output: dict[Path, FunctionZip] = {}
    for each in zips:
        other = by_output.setdefault(each.output, each)
        what = "environment" if each.worker == other.worker else "worker"
        for own, others in ((each.platform, other.platform), (each.folder, other.folder)):
            if own != others:
                raise UsageError(
                    f"{other.environment}/{other.worker} ({others}) and {each.environment}/{each.worker} ({own}) have the same "
                    f"function.artifact.zip, {each.output}. Set a different path for each {what}"
                )

"""Builds a function's zip from the worker's code, the project's code that it imports, and its hash-pinned requirements.

The same sources, requirements and platform give the same bytes if the zlib version is the same. Entries are sorted and have
one date and one mode, and the files that an installer adds about itself are omitted.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from queuesmith.common.errors import PackagingError, QueuesmithError, UsageError
from queuesmith.common.files import atomic_replacement, file_among_parents, replace_file
from queuesmith.packaging.lambda_limits import check_limits
from queuesmith.packaging.platforms import Platform
from queuesmith.packaging.requirements import RELOCK_HINT, REQUIREMENTS, install, is_locked, requirements_of
from queuesmith.packaging.worker_code import TOOLKIT, WorkerCode, installed_toolkit
from queuesmith.readers.handler_code import handler_problem_in_folder, module_files

_FORMAT = 1
"""Increase it when the layout of the zip changes, so that older zips are rebuilt."""
CACHE = Path("build") / ".dependencies"
"""The cache of installed requirements, relative to the project's folder."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_OMITTED_METADATA = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
_TOOLKIT_PACKAGE = "queuesmith-worker"
_AVAILABLE_MODULES = sys.stdlib_module_names | {
    "annotationlib", "compression",  # in the standard library since Python 3.14
    "awslambdaric", "boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3",  # in Lambda's runtimes
}  # fmt: skip


@dataclass(frozen=True)
class BuiltZip:
    """A zip that was built, or an existing one that is up to date."""

    path: Path
    """The path of the zip."""
    size: int
    """Size in bytes."""
    files: int
    """Number of files in the zip."""
    built: bool
    """Whether the zip was built now. False: the existing zip was up to date."""


def build_zip(
    folder: Path,
    output: Path,
    platform: Platform,
    handler: str = "main.lambda_handler",
    cache: Path | None = None,
    *,
    layers: bool = False,
    project: Path | None = None,
) -> BuiltZip:
    """Build the zip of the worker in `folder` at `output`.

    Parameters
    ----------
    folder
        The worker's folder, such as `handlers/orders`.
    output
        The path of the zip. If it is up to date, it is not built again. After an error there is no partial file.
    platform
        The platform of the function.
    handler
        The function that Lambda calls, such as `main.lambda_handler`.
    cache
        The folder for installed requirements. Default: `build/.dependencies` in the project.
    layers
        Whether the function has layers, which can contain modules.
    project
        The root folder of absolute imports. Default: the working directory, or the folder above `folder` if the worker is not
        in the working directory.

    Returns
    -------
    BuiltZip
        The zip.

    Raises
    ------
    PackagingError
        If something is missing, pip fails, the code contains a file that must not be in a zip, or Lambda could not run the
        result.
    UsageError
        If `output` is a folder.
    QueuesmithError
        If a parent of `output` is a file.

    """
    if output.is_dir():
        raise UsageError(f"{output} is a folder. Specify a file for the package, such as {output / 'orders.zip'}")
    if file := file_among_parents(output):
        raise QueuesmithError(
            f"{file} is a file, so no folder for the package can be created there. Specify another path with --output, or in "
            "function.artifact.zip"
        )
    if not folder.is_dir():
        text = f"The folder {folder} with the worker's code does not exist. Create it, or set function.code to another folder"
        raise PackagingError(text)
    requirements = requirements_of(folder)
    toolkit = None if is_locked(_TOOLKIT_PACKAGE, requirements) else installed_toolkit()
    code = WorkerCode.of(folder, project, toolkit)
    if problem := handler_problem_in_folder(folder, handler, layers=layers, project=code.project):
        raise PackagingError(f'function.handler is "{handler}", but {problem}')
    entries = {name: file.read_bytes() for name, file in code.files.items()}
    if not layers:
        _check_handler_is_in(entries, handler, folder)
    inputs = _inputs(entries, requirements, platform)
    record = output.with_name(f"{output.name}.json")
    existing = _existing_zip(output, record, inputs)
    if existing is not None:
        return existing
    dependencies = install(requirements, platform, cache or code.project / CACHE)
    if not layers:
        _check_imports(code, dependencies, requirements)
    for path in _installed_files(dependencies):
        entries.setdefault(path.relative_to(dependencies).as_posix(), path.read_bytes())
    check_limits(entries, platform)
    sha256 = _write_zip(output, entries)
    about = {"inputs": inputs, "sha256": sha256, "files": len(entries), "platform": str(platform)}
    replace_file(record, json.dumps(about, indent=2) + "\n")
    return BuiltZip(output, output.stat().st_size, len(entries), built=True)


def _check_handler_is_in(entries: dict[str, bytes], handler: str, folder: Path) -> None:
    file, package = module_files(handler)
    if not {file, package} & entries.keys():
        raise PackagingError(
            f'function.handler is "{handler}", but {file} is not in the package, because no file in {folder}/ imports it. '
            f"Set function.handler to a function in {folder}/, or set function.code to another folder"
        )


def _check_imports(code: WorkerCode, dependencies: Path, requirements: Path) -> None:
    """Raise PackagingError for an import that fails when Lambda loads the code."""
    for file, each in code.missing_imports():
        top = each.module.partition(".")[0]
        if top in _AVAILABLE_MODULES or (dependencies / top).is_dir() or any(dependencies.glob(f"{top}.*")):
            continue
        where = requirements.with_suffix(".in")
        if top == TOOLKIT:
            raise PackagingError(
                f"{file}, line {each.line}, imports {TOOLKIT}, which is not installed. Install it next to queuesmith: "
                f"pip install {_TOOLKIT_PACKAGE}. To use another version in Lambda, add it to {where}, and {RELOCK_HINT}"
            )
        raise PackagingError(
            f"{file}, line {each.line}, imports {each.module}, which is neither in the project nor in {requirements}. "
            f"Add its package to {where}, and {RELOCK_HINT}"
        )


def _inputs(entries: dict[str, bytes], requirements: Path, platform: Platform) -> str:
    digest = hashlib.sha256(f"{_FORMAT} {platform.key} {zlib.ZLIB_RUNTIME_VERSION}".encode())
    for name, content in sorted([*entries.items(), (REQUIREMENTS, requirements.read_bytes())]):
        digest.update(f"\n{name} {hashlib.sha256(content).hexdigest()}".encode())
    return digest.hexdigest()


def _existing_zip(output: Path, record: Path, inputs: str) -> BuiltZip | None:
    try:
        about = json.loads(record.read_text())
        if about["inputs"] == inputs and about["sha256"] == _sha256(output):
            return BuiltZip(output, output.stat().st_size, about["files"], built=False)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _installed_files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.relative_to(folder).parts
        and not (path.parent.name.endswith(".dist-info") and path.name in _OMITTED_METADATA)
    )


def _write_zip(output: Path, entries: dict[str, bytes]) -> str:
    """Write the zip and return its SHA-256, computed before the file is moved into place: another build can then replace it."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with atomic_replacement(output) as partial:
        with zipfile.ZipFile(partial, "w") as archive:
            for name, content in sorted(entries.items()):
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.create_system = 3
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)
        return _sha256(partial)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

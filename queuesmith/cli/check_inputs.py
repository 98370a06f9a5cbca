"""Turns the arguments of `queuesmith check` into its inputs: folders, plans and files."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from queuesmith import checks
from queuesmith.cli.options import DASH
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import STANDARD_INPUT
from queuesmith.settings.project import CONFIGURATION

_HCL = (".tf", ".tofu")
_JSON = (".tf.json", ".tofu.json")
_SHOWN = 5
"""How many folders a message names."""


def settings_folders(paths: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the folders with a project's settings, each once, and the other paths."""
    folders = {path: Path(path) for path in paths if _has_settings(Path(path))}
    return list(dict.fromkeys(folders.values())), [path for path in paths if path not in folders]


def _has_settings(path: Path) -> bool:
    is_settings_folder = path.is_dir() and path.resolve().name == CONFIGURATION.name and any(path.glob("*.toml"))
    return is_settings_folder and not any(each.name.endswith((*_HCL, *_JSON)) for each in path.iterdir())


def inputs_of(
    paths: Sequence[str], values: Sequence[str], files: Sequence[Path], source: Path | None
) -> list[checks.TerraformInput]:
    """Return the inputs in the order of the arguments, each folder once. Raises UsageError for one that cannot be used."""
    if list(paths).count(DASH) > 1:
        raise UsageError("Standard input (-) can be given only once")
    inputs: dict[str, checks.TerraformInput] = {}
    for path in paths:
        for each in _inputs(path, tuple(values), tuple(files)):
            inputs.setdefault(each.name, each)
    if (values or files) and not any(isinstance(each, checks.TerraformFolder) for each in inputs.values()):
        raise UsageError("--var and --var-file are for folders with .tf files. A plan already contains the values of variables")
    plans = [each for each in inputs.values() if isinstance(each, checks.TerraformFile)]
    if source is None:
        return list(inputs.values())
    if len(plans) != 1 or len(inputs) != 1:
        raise UsageError("--source is the folder of one plan. Give that plan only: queuesmith check plan.json --source FOLDER")
    if not source.is_dir():
        raise UsageError(f"--source: {source} is not a folder")
    return [replace(plans[0], source=source)]


def _inputs(name: str, values: tuple[str, ...], files: tuple[Path, ...]) -> Iterator[checks.TerraformInput]:
    path = Path(name)
    if name == DASH:
        yield checks.TerraformFile(STANDARD_INPUT, _standard_input(), Path())  # zips are read from the current folder
    elif path.is_dir():
        found = sorted(each for each in path.iterdir() if each.name.endswith((*_HCL, *_JSON)) and not each.is_dir())
        if any(each.name.endswith(_HCL) for each in found):
            yield checks.TerraformFolder(name, path, values, files)
        elif found:
            yield from (_file(str(each)) for each in found)
        else:
            settings = path / CONFIGURATION
            hint = f". Check its settings: queuesmith check {settings}" if _has_settings(settings) else _folders_below(path)
            raise UsageError(f"{name} has no Terraform files (.tf, .tf.json){hint}")
    elif name.endswith(_HCL):
        if not path.exists():
            raise UsageError(f"{name} cannot be read: No such file or directory")
        yield checks.TerraformFolder(str(path.parent), path.parent, values, files)
    elif path.suffix == ".toml" and _has_settings(path.parent):
        folder = path.parent if path.parent.name else path.parent.resolve()
        raise UsageError(f"{name} is a settings file. Check its folder: queuesmith check {shlex.quote(str(folder))}")
    else:
        yield _file(name)


def _file(name: str) -> checks.TerraformFile:
    path = Path(name)
    try:
        return checks.TerraformFile(name, path.read_bytes(), path.parent)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from error


def _standard_input() -> bytes:
    if sys.stdin.isatty():
        raise UsageError("Standard input is a terminal. Pipe a plan in: terraform show -json tfplan | queuesmith check -")
    return sys.stdin.buffer.read()


def _folders_below(path: Path) -> str:
    """The folders below that have Terraform files, for the message about a folder without any."""
    below = sorted(_folders_with_hcl(path))
    if not below:
        return ""
    more = f", and {len(below) - _SHOWN:,} more" if len(below) > _SHOWN else ""
    first = shlex.quote(below[0])
    return f". These folders have some: {', '.join(below[:_SHOWN])}{more}. Check a root module: queuesmith check {first}"


def _folders_with_hcl(path: Path) -> Iterator[str]:
    """Without those of other programs: hidden folders, such as .terraform, and virtual environments and packages of Node.js."""
    for name, folders, files in os.walk(path):
        folders[:] = [each for each in folders if not _is_of_a_program(Path(name, each))]
        if any(each.endswith(_HCL) for each in files):
            yield str(Path(name))


def _is_of_a_program(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name == "node_modules" or (folder / "pyvenv.cfg").is_file()

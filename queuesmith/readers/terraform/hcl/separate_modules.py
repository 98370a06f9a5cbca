"""Evaluates modules one by one, because tfparse omits some of them.

tfparse repeats its evaluation until no value changes, 32 times at most, and evaluates one changed module each time. So it
omits modules of a folder with more than 32 calls. It also omits those after modules whose arguments change each time: they
contain a random value, or refer to each other's resources. For nested modules, the time multiplies.

A module that is evaluated separately has neither problem. Its arguments are those that tfparse has evaluated. The outputs of
the modules that it calls are not known, but references still pass through them.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from queuesmith.readers.terraform.hcl.evaluated_resources import split_address
from queuesmith.readers.terraform.hcl.evaluation import META, Blocks, evaluate, evaluate_each
from queuesmith.readers.terraform.hcl.folder import Module, is_terraform
from queuesmith.readers.terraform.hcl.known_values import UNRESOLVED
from queuesmith.readers.terraform.modules import names_of

_CALL = "module.this"
_ROOT_SECONDS = 60
"""The time limit for a root module without the modules that it calls."""
_UNKNOWN = "${data.external.unknown.result}"
"""A value that tfparse cannot know."""
_NOT_ARGUMENTS = frozenset({META, "id", "source", "version", "providers", "count", "for_each", "depends_on"})


@dataclass(frozen=True)
class _Call:
    """A module instance that is to be evaluated."""

    address: str
    module: Module
    arguments: dict[str, Any]


def with_omitted_modules(root: Module, blocks: Blocks) -> Blocks:
    """Return blocks with those of the modules that tfparse has omitted."""
    whole = {kind: list(those) for kind, those in blocks.items()}
    calls = list(_omitted(root, blocks))
    while calls:
        found = _evaluate(calls, root.folder)
        for kind, those in found.items():
            whole.setdefault(kind, []).extend(those)
        calls = list(_omitted(root, found))
    return whole


def evaluate_root(root: Module, variable_files: Sequence[Path]) -> Blocks:
    """Return the blocks of a root module without those of the modules that it calls. Raises EvaluationError."""
    with tempfile.TemporaryDirectory() as folder:
        _copy(root, Path(folder))
        return evaluate(Path(folder), variable_files, seconds=_ROOT_SECONDS)


def _omitted(root: Module, blocks: Blocks) -> Iterator[_Call]:
    evaluated = {split_address(str(block[META].get("path")))[0] for those in blocks.values() for block in those}
    for block in blocks.get("module", []):
        address = str(block[META].get("path"))
        module: Module | None = root
        for name in names_of(address):
            module = module.calls.get(name) if module else None
        if module and any(source.blocks for source in module.sources) and address not in evaluated:
            yield _Call(address, module, {name: value for name, value in block.items() if name not in _NOT_ARGUMENTS})


def _evaluate(calls: list[_Call], root: Path) -> Blocks:
    with tempfile.TemporaryDirectory() as temporary:
        folders = [Path(temporary) / str(number) for number in range(len(calls))]
        for call, folder in zip(calls, folders, strict=True):
            _copy(call.module, folder / "module")
            arguments = {name: _expression(value) for name, value in call.arguments.items()}
            content = {"module": {"this": {**arguments, "source": "./module"}}}
            (folder / "main.tf.json").write_text(json.dumps(content), encoding="utf-8")
        results = evaluate_each(folders)
    found: Blocks = {}
    for call, result in zip(calls, results, strict=True):
        for kind, those in result.items():
            found.setdefault(kind, []).extend(_moved(block, call, root) for block in those if _is_inside(block))
    return found


def _is_inside(block: dict[str, Any]) -> bool:
    return str(block[META].get("path")).startswith(f"{_CALL}.")


def _moved(block: dict[str, Any], call: _Call, root: Path) -> dict[str, Any]:
    """Return a block with its address and file in the whole configuration."""
    path = call.address + str(block[META]["path"])[len(_CALL) :]
    file = os.path.relpath(call.module.folder / Path(str(block[META].get("filename"))).name, root)
    return {**block, META: {**block[META], "path": path, "filename": file}}


def _copy(module: Module, folder: Path) -> None:
    """Copy a module without the modules that it calls. Other files and folders are links."""
    folder.mkdir(parents=True, exist_ok=True)
    called = [each.folder.resolve() for each in module.calls.values()]
    for path in module.folder.iterdir():
        if is_terraform(path):
            shutil.copyfile(path, folder / path.name)
        elif not path.name.endswith((".tfvars", ".tfvars.json")) and not any(
            each.is_relative_to(path.resolve()) for each in called
        ):
            (folder / path.name).symlink_to(path.resolve())


def _expression(value: Any) -> Any:
    """Return a value as an expression in Terraform's JSON syntax."""
    if value is None or (isinstance(value, dict) and UNRESOLVED in value):
        return _UNKNOWN
    if isinstance(value, dict):
        return {name: _expression(item) for name, item in value.items() if name != META}
    if isinstance(value, list):
        return [_expression(item) for item in value]
    return value.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else value

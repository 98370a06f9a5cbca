"""Reads a folder in HCL into a document."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from queuesmith.common.errors import UsageError
from queuesmith.readers.terraform.hcl import Variables
from queuesmith.readers.terraform.hcl.configuration import Configuration
from queuesmith.readers.terraform.hcl.document import HclDocument
from queuesmith.readers.terraform.hcl.evaluation import (
    META,
    PLAN_INSTEAD,
    Blocks,
    Evaluation,
    EvaluationError,
    syntax_errors,
)
from queuesmith.readers.terraform.hcl.folder import FolderReader, Module
from queuesmith.readers.terraform.hcl.separate_modules import evaluate_root, with_omitted_modules
from queuesmith.readers.terraform.hcl.variables import variable_files


@dataclass(frozen=True)
class Folder:
    """A folder in HCL that was read."""

    document: HclDocument
    configuration: Configuration
    problems: tuple[tuple[str, str], ...]
    """The files that could not be read, each with the reason."""


def read_folder(folder: Path, variables: Variables) -> Folder:
    """Read a root module in HCL. Raises UsageError if nothing in it can be read."""
    reader = FolderReader(folder)
    with variable_files(reader, variables) as (files, names), Evaluation(folder, files) as evaluation:
        literals = "".join(file.read_text(encoding="utf-8", errors="replace") for file in files)
        root = reader.read()
        if not root.sources:
            problem = next((f": {file}: {why}" for file, why in reader.problems.items()), "")
            raise UsageError(f"{folder} has no .tf file that can be read{problem}. {PLAN_INSTEAD}")
        configuration, modules = Configuration(root), list(_modules(root))
        try:
            blocks = _blocks(evaluation, root, files)
        except EvaluationError as error:
            raise UsageError(f"{folder}: {error}. {PLAN_INSTEAD}") from error
        if suspicious := _suspicious_files(folder, modules, blocks):
            for file, why in syntax_errors(folder, files):
                if file in suspicious:
                    reader.problems.setdefault(file, why)
            configuration = _without_problems(root, modules, reader)
    literals += "".join(source.text for module in modules for source in module.sources)
    document = HclDocument(configuration, blocks, names, literals)
    return Folder(document, configuration, tuple(reader.problems.items()))


def _blocks(evaluation: Evaluation, root: Module, files: list[Path]) -> Blocks:
    try:
        blocks = evaluation.blocks()
    except EvaluationError:
        blocks = evaluate_root(root, files)
    return with_omitted_modules(root, blocks)


def _without_problems(root: Module, modules: list[Module], reader: FolderReader) -> Configuration:
    """Return the configuration without the files that have problems. Raises UsageError if nothing is left."""
    for module in modules:
        module.sources = [source for source in module.sources if source.file not in reader.problems]
    if not any(module.sources for module in modules):
        file, why = next(iter(reader.problems.items()))
        raise UsageError(f"{reader.root} has no .tf file that can be read: {file}: {why}")
    return Configuration(root)


def _modules(root: Module) -> Iterator[Module]:
    stack = [root]
    while stack:
        module = stack.pop()
        yield module
        stack.extend(module.calls.values())


def _suspicious_files(folder: Path, modules: list[Module], blocks: Blocks) -> set[str]:
    """Return the files with a syntax error, and those of which tfparse returns nothing."""
    named = {str(block[META].get("filename")) for those in blocks.values() for block in those}
    seen = {os.path.normpath(folder / name) for name in named}
    return {
        source.file
        for module in modules
        for source in module.sources
        if source.has_error or (source.blocks and source.file not in seen)
    }

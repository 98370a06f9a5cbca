"""Finds the Terraform files of a root module and of the modules that it calls."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from queuesmith.common.errors import UsageError
from queuesmith.common.json_values import as_dict, dicts_in, parse_json
from queuesmith.readers.terraform.hcl.json_syntax import parse_json as parse_json_syntax
from queuesmith.readers.terraform.hcl.syntax import Attribute, Block, Source, parse
from queuesmith.readers.terraform.modules import Names

HCL, JSON = (".tf", ".tofu"), (".tf.json", ".tofu.json")
LARGEST = 5 * 1024 * 1024
"""Bytes. A larger file was not written by hand."""
_MAXIMUM_DEPTH = 20
"""The deepest nesting of modules that is followed."""
_INSTALLED = Path(".terraform/modules/modules.json")
"""The list of modules that `terraform init` has downloaded."""


@dataclass
class Module:
    """A module: its files, and the modules that it calls."""

    names: Names
    folder: Path
    sources: list[Source] = field(default_factory=list)
    calls: dict[str, Module] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    """The source of each called module that is not on this machine, by the name of the call."""

    def blocks(self, kind: str) -> Iterator[Block]:
        """Yield the blocks of a type. Those of override files come last."""
        for source in sorted(self.sources, key=lambda each: is_override(each.file)):
            yield from (block for block in source.blocks if block.type == kind)

    def named(self, kind: str, name: str) -> Block | None:
        """Return the block of a type with this label, or None."""
        return next((block for block in self.blocks(kind) if block.labels == (name,)), None)

    def local(self, name: str) -> Attribute | None:
        """Return the local value with this name, or None."""
        return next((block.attributes[name] for block in self.blocks("locals") if name in block.attributes), None)


def is_terraform(path: Path) -> bool:
    """Whether Terraform reads a file by its name."""
    return path.name.endswith((*HCL, *JSON)) and not path.name.startswith((".", "#")) and not path.name.endswith("~")


def is_override(file: str) -> bool:
    """Whether the blocks of a file are merged over those of other files."""
    stem = file.rsplit("/", 1)[-1].split(".", 1)[0]
    return stem == "override" or stem.endswith("_override")


def terraform_files(folder: Path) -> list[Path]:
    """Return the Terraform files of a folder by name. Raises UsageError if the folder cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if is_terraform(path) and not path.is_dir())
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from error


class FolderReader:
    """Reads a root module and the modules that it calls, and collects the files that cannot be read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: dict[str, str] = {}
        """The reason why a file cannot be read, by its path."""
        self._module_tree: Module | None = None
        self._sources: dict[Path, list[Source]] = {}
        self._installed = {
            str(each.get("Key")): str(each.get("Dir"))
            for each in dicts_in(as_dict(parse_json(_text_of(root / _INSTALLED))).get("Modules"))
        }

    def read(self) -> Module:
        """Read the modules. Raises UsageError if a module calls itself, or if the folder cannot be read."""
        if self._module_tree is None:
            self._module_tree = self._module((), self.root, ())
        return self._module_tree

    def shown(self, path: Path) -> str:
        """Return a path as reports name it: as the user's folder was given, with the rest after it."""
        return os.path.normpath(path)

    def _module(self, names: Names, folder: Path, parents: tuple[Path, ...]) -> Module:
        resolved = folder.resolve()
        if resolved in parents or len(parents) > _MAXIMUM_DEPTH:
            text = f"{self.shown(folder)}: module.{'.module.'.join(names)} calls a module that contains it"
            raise UsageError(f"{text}. Terraform cannot use such a module either. Remove the call")
        module = Module(names, folder, self._read_files(folder, resolved))
        for block in module.blocks("module"):
            name = block.labels[0] if block.labels else ""
            source = block.attributes.get("source")
            written = source.string if source else None
            called = self._folder_of(module, name, written)
            if called is None:
                module.missing[name] = written or "an expression"
            elif name not in module.calls:
                module.calls[name] = self._module((*names, name), called, (*parents, resolved))
        return module

    def _folder_of(self, module: Module, name: str, source: str | None) -> Path | None:
        """Return the folder of a called module: a local path, or where `terraform init` has put it."""
        if source is not None and source.startswith(("./", "../")):
            folder = module.folder / source
        else:
            installed = self._installed.get(".".join((*module.names, name)))
            if installed is None:
                return None
            folder = self.root / installed
        try:
            return folder if folder.is_dir() and any(map(is_terraform, folder.iterdir())) else None
        except (OSError, ValueError):
            return None

    def _read_files(self, folder: Path, resolved: Path) -> list[Source]:
        if resolved not in self._sources:
            sources = [self._read(path) for path in terraform_files(folder)]
            self._sources[resolved] = [source for source in sources if source is not None]
        return self._sources[resolved]

    def _read(self, path: Path) -> Source | None:
        shown = self.shown(path)
        try:
            if path.stat().st_size > LARGEST:
                self.problems[shown] = f"it has {path.stat().st_size:,} bytes, more than the {LARGEST:,} that are read"
                return None
            content = path.read_bytes()
            if not path.name.endswith(JSON):
                return parse(content, shown)
            return parse_json_syntax(content.decode("utf-8-sig"), shown)
        except OSError as error:
            self.problems[shown] = error.strerror or "it cannot be read"
        except (ValueError, RecursionError) as error:
            self.problems[shown] = f"it is not valid JSON: {error}"
        return None


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""

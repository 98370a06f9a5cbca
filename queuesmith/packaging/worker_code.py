"""The code that a worker needs: its own folder, what it imports from the rest of the project, and the installed toolkit."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from queuesmith.packaging.imports import Import, imports_in
from queuesmith.packaging.source_files import source_files
from queuesmith.readers.handler_code import MAIN, import_root

TOOLKIT = "queuesmith_worker"
"""The package of the Lambda toolkit."""


def installed_toolkit() -> Path | None:
    """Return the folder of the Lambda toolkit that is installed in this Python. None if it is not installed."""
    spec = importlib.util.find_spec(TOOLKIT)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


@dataclass(frozen=True)
class WorkerCode:
    """A worker's folder, such as `handlers/orders`, in its project.

    Imports are resolved as in Lambda, where the root of the zip corresponds to the project's folder. For example,
    `import handlers.common.money` adds the folder `handlers/common/`, and `import money` adds the file `money.py`. The
    worker's `main.py` is also at the root.
    """

    project: Path
    folder: Path
    toolkit: Path | None = None
    """The folder of the Lambda toolkit. It is added if the code imports it and the project does not contain it."""
    _import_cache: dict[Path, list[Import]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, folder: Path, project: Path | None = None, toolkit: Path | None = None) -> WorkerCode:
        """Return the code of the worker in `folder`.

        `project` is the root folder of absolute imports. Default: the working directory, or the folder above `folder` if the
        worker is not in the working directory.
        """
        folder = Path(os.path.abspath(folder))
        return cls(import_root(folder) if project is None else Path(os.path.abspath(project)), folder, toolkit)

    @cached_property
    def files(self) -> dict[str, Path]:
        """All files, by their names in the zip.

        Raises PackagingError for a file that must not be in a zip.
        """
        main = self.folder / MAIN
        result = {MAIN: main} if main.is_file() else {}
        pending, visited = [self.folder], set[Path]()
        while pending:
            part = pending.pop()
            if part in visited:
                continue
            visited.add(part)
            files = [*self._packages_above(part), *source_files(part, self._root(part))]
            result |= {self._name(file): file for file in files}
            pending += [imported for file in files for each in self._imports(file) if (imported := self._part(each.module))]
        return result

    def missing_imports(self) -> Iterator[tuple[str, Import]]:
        """Yield the imports that loading the code executes and that are not in the project, each with the name of its file."""
        for name, file in sorted(self.files.items()):
            if name == MAIN and self.folder != self.project:  # it is also in the worker's folder
                continue
            for each in self._imports(file):
                if each.is_certain and each.is_module and not self._part(each.module):
                    yield name, each

    def _imports(self, file: Path) -> list[Import]:
        if file not in self._import_cache:
            package = ".".join(file.relative_to(self._root(file)).parent.parts)
            self._import_cache[file] = list(imports_in(file.read_bytes(), package)) if file.suffix == ".py" else []
        return self._import_cache[file]

    def _part(self, module: str) -> Path | None:
        """Return the file or folder that an import adds to the zip: the file of a module, or the whole folder of a package.

        Of a package that contains the worker's folder, it adds only `__init__.py`. None if the project has no such module.
        """
        if module == Path(MAIN).stem:
            return self.folder / MAIN if (self.folder / MAIN).is_file() else None
        if self.toolkit is not None and module.split(".", maxsplit=1)[0] == TOOLKIT and not (self.project / TOOLKIT).is_dir():
            return self.toolkit
        path = self.project
        for step in module.split("."):
            path /= step
            file = path.with_name(f"{step}.py")
            if file.is_file():
                return file
            if path not in self.folder.parents and any(path.glob("*.py")):
                return path
        if path not in self.folder.parents:
            return None
        return path / "__init__.py" if (path / "__init__.py").is_file() else self.folder

    def _packages_above(self, part: Path) -> Iterator[Path]:
        for folder in part.parents:
            if folder == self._root(part):
                return
            if (folder / "__init__.py").is_file():
                yield folder / "__init__.py"

    def _name(self, file: Path) -> str:
        return file.relative_to(self._root(file)).as_posix()

    def _root(self, path: Path) -> Path:
        """Return the folder that corresponds to the root of the zip: the project's, or the one that contains the toolkit."""
        if self.toolkit is not None and path.is_relative_to(self.toolkit):
            return self.toolkit.parent
        return self.project

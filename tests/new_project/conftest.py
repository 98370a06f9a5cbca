"""The project that `queuesmith init` writes, with the packages that `make dist` builds, and without this checkout."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from queuesmith.local.terraform_cli.program import find_program
from queuesmith.local.terraform_cli.provider_mirror import provider_environment
from tests.conftest import CACHE, ROOT, own_variables
from tests.packages.distributions import built, installed

Result = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class NewProject:
    """A project in its own folder. Its commands get this shell's environment, and the folder with the built packages."""

    folder: Path
    variables: Mapping[str, str]

    def run(self, *command: str, **variables: str) -> Result:
        """Run a command in the project's folder. Returns its exit status and its output."""
        environment = {**self.variables, **variables}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def make(self, *arguments: str, **variables: str) -> Result:
        """Run a make target with the Python that runs the tests."""
        return self.run("make", f"PYTHON={sys.executable}", *arguments, **variables)

    def queuesmith(self, *arguments: str, **variables: str) -> Result:
        """Run the project's own queuesmith."""
        return self.run(".venv/bin/queuesmith", *arguments, **variables)

    def files(self) -> dict[str, bytes]:
        """The project's own files. Without what its commands create: hidden folders, zips, the output and the state."""
        created = {".venv", ".local", ".pytest_cache", "__pycache__", "build", "cdktf.out", "state"}
        paths = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return {path.as_posix(): (self.folder / path).read_bytes() for path in paths if not created & {*path.parts}}


@pytest.fixture(scope="session")
def new_project(tmp_path_factory: pytest.TempPathFactory) -> NewProject:
    """`pip install queuesmith` and `queuesmith init`, in folders with a space."""
    folder = tmp_path_factory.mktemp("a new folder")
    wheels = folder / "dist"
    queuesmith, worker = built("queuesmith", wheels), built("queuesmith_worker", wheels)
    variables = own_variables(**provider_environment(find_program(), CACHE))
    for name in [name for name in variables if name in {"PYTHONPATH", "VIRTUAL_ENV", "CI"} or name.startswith("PYTEST_")]:
        del variables[name]  # with those of pytest-xdist, the project's syrupy would report its snapshots to our run
    # pip separates the links by spaces, so the folder is given as a URL
    variables["PIP_FIND_LINKS"] = f"{variables.get('PIP_FIND_LINKS', '')} {worker.parent.as_uri()}".strip()
    program = installed(queuesmith, folder / "installed").with_name("queuesmith")
    project = NewProject(folder / "my shop", variables)
    result = subprocess.run(
        [program, "init", "my shop"], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert str(ROOT) not in result.stdout + result.stderr
    return project

"""Shared by all tests: copies of the project, and one function for missing tools."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

import queuesmith.constructs  # noqa: F401 - before anything imports cdktf: it chooses the Node that jsii starts
from queuesmith.common.errors import UsageError
from queuesmith.local.python_environments import environment_python
from tests import ids, in_process

pytest_plugins = ["queuesmith_worker.testing.fixtures", "tests.browser"]  # the sample's tests name the first one, too
# cdktf's Testing.app() leaves a folder in the temporary directory for each app. This one is deleted when the process ends.
_temporary = tempfile.TemporaryDirectory(prefix="qs-tests-")
os.environ["TMPDIR"] = _temporary.name
# Each Terraform and provider process loads large schemas and is short-lived. With fewer garbage collections each
# needs a quarter less processor time, and about 50 MB more memory.
os.environ.setdefault("GOGC", "400")
# If a shell or nohup started this process in the background, it ignores SIGINT and SIGHUP, and its children inherit that. Tests
# that interrupt a child on purpose would then wait forever.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
# Hypothesis selects this profile itself in CI: the same examples in each run, and no deadline per example, which a busy machine
# would miss. `--hypothesis-profile default` tries other examples.
hypothesis.settings.load_profile("ci")

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests" / "sample" / "config"
"""The sample's settings, as the tests expect them. config/ at the root belongs to the user and can contain anything."""
OURS = frozenset(
    {
        "CDKTF_OUTDIR",
        "ENVIRONMENTS",
        "JSII_NODE",
        "JSII_RUNTIME",
        "NODE_COMPILE_CACHE",
        "NODE_OPTIONS",
        "QUEUESMITH_DESCRIBED_SETTINGS",
    }
)
"""Variables that this process has set, or that would change the behaviour of a child process."""
CACHE = ROOT / ".local" / "terraform"
"""The cache for the AWS provider, which is large. Used if there is no mirror."""


def a_zip(code: str) -> bytes:
    """A zip whose bytes depend only on the code in it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("main.py"), code)
    return content.getvalue()


FAKE_PACKAGE = a_zip("def lambda_handler(event, context): ...")


def unavailable(reason: str) -> NoReturn:
    """Fail in CI because a tool is missing. Elsewhere, skip the test with this reason."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def own_variables(**more: str) -> dict[str, str]:
    """The environment for a program that a test starts: the caller's, without the variables that these tests have set."""
    return {key: value for key, value in os.environ.items() if key not in OURS} | more


def python_of(environment: str) -> Path:
    """The Python interpreter of one of the environments under .local/."""
    try:
        return environment_python(ROOT, environment)
    except UsageError as error:
        unavailable(str(error))


class Project:
    """A project in its own folder, by default with the sample's settings, and with the real code."""

    def __init__(self, folder: Path, config: Path = SAMPLE) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        for name in ("main.py", "cdktf.json"):
            shutil.copy(ROOT / name, folder)
        shutil.copytree(config, folder / "config")
        for package in ("stacks", "queuesmith", "queuesmith_worker"):
            (folder / package).symlink_to(ROOT / package)
        (folder / "build").mkdir()
        (folder / "build" / "orders.zip").write_bytes(FAKE_PACKAGE)

    @property
    def output(self) -> Path:
        return self.folder / "cdktf.out"

    def write(self, name: str, text: str) -> None:
        """Replace or create a file under config/."""
        (self.folder / "config" / name).write_text(text)

    def add(self, name: str, text: str) -> None:
        """Append to a file under config/."""
        path = self.folder / "config" / name
        path.write_text(f"{path.read_text()}\n{text}\n")

    @contextlib.contextmanager
    def edited(self, name: str, text: str) -> Iterator[None]:
        """Replace or create a file under config/, and restore it afterwards."""
        path = self.folder / "config" / name
        before = path.read_bytes() if path.exists() else None
        path.write_text(text)
        try:
            yield
        finally:
            if before is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(before)

    def run(self, environments: str = "", *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`python main.py`, in this process."""
        environment = {**os.environ, "ENVIRONMENTS": environments, **variables}
        return in_process.synth(self.folder, list(arguments), environment)

    def start(self, environments: str = "", *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`python main.py`, in a new Python process with its own Node."""
        return subprocess.run(
            [sys.executable, "main.py", *arguments],
            cwd=self.folder,
            env=own_variables(ENVIRONMENTS=environments, **variables),
            capture_output=True,
            text=True,
            check=False,
        )

    def snapshot(self) -> dict[str, bytes]:
        """Every file of the output, with its content."""
        files = (path for path in self.output.rglob("*") if path.is_file())
        return {path.relative_to(self.output).as_posix(): path.read_bytes() for path in sorted(files)}


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a parametrized test after its value, not after a counter."""
    return ids.name_of(val, argname)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder for Terraform. Its provider creates a Unix socket there, whose path is limited to about 100 characters."""
    with tempfile.TemporaryDirectory(prefix="qs-") as path:
        yield Path(path)

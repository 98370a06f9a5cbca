"""What all tests share: copies of the project, and one place that says what is missing."""

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
from queuesmith.local.environments import environment_python
from tests import ids, in_process

# cdktf's Testing.app() leaves a folder in the temporary directory for each app; this one goes with the process.
_temporary = tempfile.TemporaryDirectory(prefix="qs-tests-")
os.environ["TMPDIR"] = _temporary.name
# Terraform and its provider load large schemas in each process and end soon. With half the garbage collections each takes a
# sixth less of the processor, and some 60 MB more.
os.environ.setdefault("GOGC", "200")
# Started in the background by a shell, or by nohup, this process ignores Ctrl-C and the end of its terminal, and so would each
# process that it starts: those that are interrupted on purpose would never end.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
# As Hypothesis does by itself in CI: the same examples each time, and no limit to what one of them takes on a busy machine.
# `--hypothesis-profile default` tries others.
hypothesis.settings.load_profile("ci")

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests" / "sample" / "config"
"""The sample's settings as the tests know them. config/ at the root is the user's own, and may say anything."""
OURS = frozenset({"CDKTF_OUTDIR", "ENVIRONMENTS", "JSII_NODE", "JSII_RUNTIME", "NODE_COMPILE_CACHE", "NODE_OPTIONS"})
"""Variables that this process has set, or that would change what a child does."""
CACHE = ROOT / ".local" / "terraform"
"""Where the AWS provider is kept where there is no mirror: it is large."""


def a_zip(code: str) -> bytes:
    """A zip whose bytes depend on nothing but the code in it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("main.py"), code)
    return content.getvalue()


FAKE_PACKAGE = a_zip("def lambda_handler(event, context): ...")


def unavailable(reason: str) -> NoReturn:
    """In CI a missing tool is a failure; elsewhere the tests that need it are skipped, and say so."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def own_variables(**more: str) -> dict[str, str]:
    """What a program that a test starts finds in its environment: the caller's, without what these tests have set."""
    return {key: value for key, value in os.environ.items() if key not in OURS} | more


def python_of(environment: str) -> Path:
    """The Python of one of the environments under .local/."""
    try:
        return environment_python(ROOT, environment)
    except UsageError as error:
        unavailable(str(error))


class Project:
    """Settings in a folder of their own, the sample's if no others are named, with the real code behind them."""

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
        """Replace a file under config/."""
        (self.folder / "config" / name).write_text(text)

    def add(self, name: str, text: str) -> None:
        """Add to a file under config/."""
        path = self.folder / "config" / name
        path.write_text(f"{path.read_text()}\n{text}\n")

    @contextlib.contextmanager
    def edited(self, name: str, text: str) -> Iterator[None]:
        """With a file under config/ replaced, or added; afterwards it is as it was."""
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
        """`python main.py`, in a Python and a Node of its own."""
        return subprocess.run(
            [sys.executable, "main.py", *arguments],
            cwd=self.folder,
            env=own_variables(ENVIRONMENTS=environments, **variables),
            capture_output=True,
            text=True,
            check=False,
        )

    def snapshot(self) -> dict[str, bytes]:
        """Every file of the output with its content."""
        files = (path for path in self.output.rglob("*") if path.is_file())
        return {path.relative_to(self.output).as_posix(): path.read_bytes() for path in sorted(files)}


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A parametrized test is named by what is tried, never by a count of it."""
    return ids.name_of(val, argname)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")

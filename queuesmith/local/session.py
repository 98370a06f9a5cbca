"""A local AWS that runs, in a folder of its own: what is known of it, one command at a time in it, and ending it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from queuesmith.common.errors import EmulatorError, UsageError
from queuesmith.common.files import replace_file
from queuesmith.local.emulator import KEPT, Endpoint, answers, stop_process_group

_FILE = "session.json"
EMULATOR, OUTPUT, STACK = "emulator", "cdktf.out", "stack"
"""The folders in it: the emulator's own, the build output, and what Terraform runs in, with its state."""
_OURS = frozenset({_FILE, EMULATOR, OUTPUT, STACK})


@dataclass(frozen=True)
class Session:
    """What has to be known to reach and to end it."""

    process: int
    """The id of the emulator's process, and of its group."""
    url: str
    folder: str
    """The emulator's own folder, with `ca.pem`."""
    environment: str
    """The environment whose stack is on it."""
    region: str
    access_key_id: str = field(default="", repr=False)
    secret_access_key: str = field(default="", repr=False)
    """Root's. An older version left none: what it started can be ended, and nothing else."""
    workers: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """By worker: `queue_url` and `dead_letter_queue_url`. Empty until the stack has been applied."""

    @classmethod
    def load(cls, folder: Path) -> Session | None:
        """The session that was left in a folder, or None."""
        try:
            return cls(**json.loads((folder / _FILE).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @classmethod
    def running(cls, folder: Path) -> Session | None:
        """The session in a folder, where it still runs."""
        session = cls.load(folder)
        return session if session is not None and session.is_running() else None

    def save(self, folder: Path) -> None:
        """Leave it in a folder, for its owner only."""
        replace_file(folder / _FILE, json.dumps(asdict(self), indent=2) + "\n", private=True)

    @property
    def endpoint(self) -> Endpoint:
        """How to reach it."""
        return Endpoint(self.url, Path(self.folder) / "ca.pem", self.access_key_id, self.secret_access_key)

    @property
    def exports(self) -> dict[str, str]:
        """The environment variables with which AWS's SDKs and command line reach it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CA_BUNDLE": str(self.endpoint.ca_bundle),
            **self.endpoint.keys,
            "AWS_DEFAULT_REGION": self.region,
        }

    @property
    def shell_lines(self) -> list[str]:
        """The same as a shell takes it: `export AWS_DEFAULT_REGION=eu-central-1`."""
        return [f"export {name}={shlex.quote(value)}" for name, value in self.exports.items()]

    def is_running(self) -> bool:
        """Whether that process is still the one that we started: its command line names the folder."""
        command = ["ps", "-ww", "-o", "args=", "-p", str(self.process)]
        try:
            shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        except OSError:  # no ps: an answer with the certificate that it made itself says the same
            return self.endpoint.ca_bundle.exists() and answers(self.endpoint)
        return self.folder in shown

    def keep(self) -> None:
        """Let the emulator outlive the process that started it."""
        (Path(self.folder) / KEPT).touch()

    @property
    def is_kept(self) -> bool:
        """Whether it outlives that process. If not, and that is gone, it is about to end too."""
        return (Path(self.folder) / KEPT).exists()

    def end(self) -> None:
        """Stop the emulator and its handlers, and remove what it wrote."""
        if self.is_running():
            stop_process_group(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else works in a session's folder meanwhile. Raises UsageError where somebody does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = folder.is_dir() and os.path.samestat(os.fstat(handle), folder.stat())
        except BlockingIOError:
            ours = False
        if not ours:
            raise UsageError(f"Another command is at work in {folder}. Wait until it has ended, or interrupt it (Ctrl-C)")
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def aws_is_local(fix: str) -> Iterator[None]:
    """What botocore complains of is the local AWS's doing. Raises EmulatorError for it, which ends in `fix`."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise EmulatorError(f"The local AWS answered: {' '.join(str(error).split())}. {fix}") from error


def clear(folder: Path) -> None:
    """Make room for a session: remove what an earlier one left in the folder.

    Raises UsageError where there is something else in it.
    """
    unfinished = {path.name for path in _unfinished(folder)}
    strangers = sorted({path.name for path in folder.iterdir()} - _OURS - unfinished)
    if strangers:
        raise UsageError(f"{folder} holds something else ({strangers[0]}). Name a folder that is new or empty")
    _empty(folder)


def remove(folder: Path) -> None:
    """Remove what a session left, and the folder if nothing else is in it."""
    _empty(folder)
    with contextlib.suppress(OSError):
        folder.rmdir()


def end(folder: Path) -> Session | None:
    """Stop what runs in a folder, and remove it; the session that ran, or None.

    Raises UsageError where another command is at work in it.
    """
    if Session.load(folder) is None:
        return None
    with locked(folder):
        running = Session.running(folder)
        if running is not None:
            running.end()
        remove(folder)
    return running


def _empty(folder: Path) -> None:
    for name in (EMULATOR, OUTPUT, STACK):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in (*_unfinished(folder), folder / _FILE):
        path.unlink(missing_ok=True)


def _unfinished(folder: Path) -> list[Path]:
    """What is left of a session file where its writer was killed."""
    return list(folder.glob(f".{_FILE}.*"))

"""A session: an emulator that runs in its own folder. This module stores its data, locks its folder and stops it."""

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
from queuesmith.local.emulator import KEPT, Endpoint, is_reachable, stop_process_group
from queuesmith.local.folders import SESSION_FILE

EMULATOR_FOLDER, OUTPUT_FOLDER, STACK_FOLDER = "emulator", "cdktf.out", "stack"
"""The folders in a session's folder: the emulator's, the synthesized output, and Terraform's working folder with the state."""
_OWN_FILES = frozenset({SESSION_FILE, EMULATOR_FOLDER, OUTPUT_FOLDER, STACK_FOLDER})


@dataclass(frozen=True)
class Session:
    """The data that is needed to reach and to stop the emulator."""

    process: int
    """The id of the emulator's process, which is also that of its process group."""
    url: str
    folder: str
    """The emulator's own folder, which contains `ca.pem`."""
    environment: str
    """The environment whose stack is applied."""
    region: str
    access_key_id: str = field(repr=False)
    """The root credentials."""
    secret_access_key: str = field(repr=False)
    workers: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """`queue_url` and `dead_letter_queue_url` of each worker. Empty until the stack is applied."""
    applies_stack: bool = True
    """Whether `local up` applies the stack. Otherwise another program does, and its state is in the emulator's folder."""

    @classmethod
    def load(cls, folder: Path) -> Session | None:
        """Load the session from a folder; None if there is none."""
        try:
            return cls(**json.loads((folder / SESSION_FILE).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @classmethod
    def running(cls, folder: Path) -> Session | None:
        """Load the session from a folder; None if it does not run."""
        session = cls.load(folder)
        return session if session is not None and session.is_running() else None

    def save(self, folder: Path) -> None:
        """Store the session in a folder, readable only by its owner."""
        replace_file(folder / SESSION_FILE, json.dumps(asdict(self), indent=2) + "\n", private=True)

    @property
    def endpoint(self) -> Endpoint:
        """The emulator's URL, certificate and root credentials."""
        return Endpoint(self.url, Path(self.folder) / "ca.pem", self.access_key_id, self.secret_access_key)

    @property
    def exports(self) -> dict[str, str]:
        """The environment variables with which AWS's SDKs and command line reach the emulator.

        If another program applies the stack, they also make Terraform store the emulator's state in the emulator's folder, so
        that it does not replace the state of the environment on AWS.
        """
        terraform = Path(self.folder) / "terraform"
        state = shlex.quote(f"path={terraform / self.environment}.tfstate")
        apart = {"TF_DATA_DIR": str(terraform / "data"), "TF_CLI_ARGS_init": f"-backend-config={state}"}
        return {
            **({} if self.applies_stack else apart),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CA_BUNDLE": str(self.endpoint.ca_bundle),
            **self.endpoint.keys,
            "AWS_DEFAULT_REGION": self.region,
        }

    @property
    def shell_lines(self) -> list[str]:
        """The same variables as shell commands, such as `export AWS_DEFAULT_REGION=eu-central-1`."""
        return [f"export {name}={shlex.quote(value)}" for name, value in self.exports.items()]

    def is_running(self) -> bool:
        """Whether the process is still the one that was started: its command line contains the folder."""
        command = ["ps", "-ww", "-o", "args=", "-p", str(self.process)]
        try:
            shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        except OSError:  # without ps: an answer with the emulator's own certificate proves the same
            return self.endpoint.ca_bundle.exists() and is_reachable(self.endpoint)
        return self.folder in shown

    def keep(self) -> None:
        """Let the emulator outlive the process that started it."""
        (Path(self.folder) / KEPT).touch()

    @property
    def is_kept(self) -> bool:
        """Whether the emulator outlives the process that started it. Otherwise it is about to end after that process."""
        return (Path(self.folder) / KEPT).exists()

    def stop(self) -> None:
        """Stop the emulator and its handlers, and remove its folder."""
        if self.is_running():
            stop_process_group(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Lock a session's folder. Raises UsageError if another command holds the lock."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = folder.is_dir() and os.path.samestat(os.fstat(handle), folder.stat())
        except BlockingIOError:
            is_ours = False
        if not is_ours:
            raise UsageError(f"Another command is using {folder}. Wait until it ends, or interrupt it (Ctrl-C)")
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def emulator_errors(fix: str) -> Iterator[None]:
    """Turn botocore's errors into EmulatorError, whose text ends in `fix`."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise EmulatorError(f"The emulator returned an error: {' '.join(str(error).split())}. {fix}") from error


def clear_folder(folder: Path) -> None:
    """Remove an earlier session's files from the folder.

    Raises UsageError if the folder contains anything else.
    """
    unfinished = {path.name for path in _unfinished(folder)}
    others = sorted({path.name for path in folder.iterdir()} - _OWN_FILES - unfinished)
    if others:
        raise UsageError(f"{folder} contains other files ({others[0]}). Specify a new or an empty folder")
    _empty(folder)


def remove_session(folder: Path) -> None:
    """Remove a session's files, and the folder if it is empty then."""
    _empty(folder)
    with contextlib.suppress(OSError):
        folder.rmdir()


def stop_session(folder: Path) -> Session | None:
    """Stop the session in a folder, and remove its files. Returns the session that was running, or None.

    Raises UsageError if another command is using the folder.
    """
    if Session.load(folder) is None:
        return None
    with locked_folder(folder):
        running = Session.running(folder)
        if running is not None:
            running.stop()
        remove_session(folder)
    return running


def _empty(folder: Path) -> None:
    for name in (EMULATOR_FOLDER, OUTPUT_FOLDER, STACK_FOLDER):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path in (*_unfinished(folder), folder / SESSION_FILE):
        path.unlink(missing_ok=True)


def _unfinished(folder: Path) -> list[Path]:
    """Temporary session files, which remain if their writer was killed."""
    return list(folder.glob(f".{SESSION_FILE}.*"))

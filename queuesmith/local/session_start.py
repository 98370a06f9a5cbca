"""Starts an emulator in a session's folder, or finds the one that runs there."""

from __future__ import annotations

import contextlib
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from queuesmith.common.errors import UsageError
from queuesmith.common.program_name import command_name
from queuesmith.common.progress import ProgressBoard
from queuesmith.local.emulator import Emulator
from queuesmith.local.folders import DEFAULT_SESSION, EMULATOR
from queuesmith.local.prerequisites import create_prerequisites
from queuesmith.local.python_environments import EMULATOR_MEGABYTES, emulator_is_installed, install_emulator
from queuesmith.local.session import EMULATOR_FOLDER, Session, clear_folder, locked_folder, remove_session

if TYPE_CHECKING:
    from queuesmith.settings.environment import EnvironmentSettings


@dataclass(frozen=True)
class StartedEmulator:
    """An emulator that is running, without a stack."""

    session: Session
    is_new: bool
    """Whether it was started now. Otherwise it was already running."""
    prerequisites: list[str]
    """Resources that were created because a worker uses them and they did not exist: `secret shop/smtp`, `queue theirs`."""


def start_emulator(settings: EnvironmentSettings, folder: Path, board: ProgressBoard) -> StartedEmulator:
    """Start an emulator for an environment that another program applies, such as cdktf-cli, and leave it running.

    Must run in the project's folder. Raises UsageError if such a program cannot apply the environment to an emulator, or if
    another session runs in the folder. After an error nothing is left running that was started here.
    """
    _refuse_what_needs_aws(settings)
    folder = folder.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked_folder(folder), contextlib.ExitStack() as clean_up:
        session = session_in(folder, settings.environment, applies_stack=False)
        is_new = session is None
        if session is None:
            clear_folder(folder)
            clean_up.callback(remove_session, folder)
            session = start_session(settings, folder, board, clean_up, applies_stack=False)
        prerequisites = create_prerequisites(settings, session.endpoint)
        session.keep()
        clean_up.pop_all()
    return StartedEmulator(session, is_new, prerequisites.created)


def session_in(folder: Path, environment: str, *, applies_stack: bool = True) -> Session | None:
    """The session that runs in a folder; None if there is none. Raises UsageError if it is not the wanted one."""
    session = Session.running(folder)
    if session is not None and not session.is_kept:  # left by a command that was killed
        session.stop()
        return None
    if session is not None and session.environment != environment:
        raise UsageError(
            f"{session.environment} is already running in {folder}. Stop it ({_down(folder)}), or start "
            f"{environment} in another folder (--folder)"
        )
    if session is not None and session.applies_stack != applies_stack:
        how = "with" if applies_stack else "without"
        raise UsageError(f"{environment} was started {how} --no-apply. Stop it first: {_down(folder)}")
    return session


def start_session(
    settings: EnvironmentSettings,
    folder: Path,
    board: ProgressBoard,
    clean_up: contextlib.ExitStack,
    *,
    applies_stack: bool = True,
) -> Session:
    """Start an emulator in a session's folder. `clean_up` stops it."""
    emulator = Emulator(_emulator_python(board), folder=folder / EMULATOR_FOLDER)
    clean_up.callback(emulator.stop)
    endpoint = emulator.endpoint
    session = Session(
        emulator.process.pid,
        endpoint.url,
        str(emulator.folder),
        settings.environment,
        settings.region,
        endpoint.access_key_id,
        endpoint.secret_access_key,
        applies_stack=applies_stack,
    )
    session.save(folder)
    return session


def _down(folder: Path) -> str:
    option = "" if folder == DEFAULT_SESSION.absolute() else f" --folder {shlex.quote(str(folder))}"
    return f"{command_name()} local down{option}"


def _emulator_python(board: ProgressBoard) -> Path:
    """The Python of the emulator's environment, which is created at the first use."""
    project = Path.cwd()
    if not emulator_is_installed(project):
        board.show("Installed", 0, 1, f"the emulator, {EMULATOR_MEGABYTES} MB, into {EMULATOR}")
        install_emulator(project)
        board.show("Installed", 1, 1, "the emulator")
    return project / EMULATOR / "bin" / "python"


def _refuse_what_needs_aws(settings: EnvironmentSettings) -> None:
    """`local up` itself overrides these settings. Other programs apply the stack with them."""
    problems = {
        "backend.type": "its state is in S3" if settings.backend.type != "local" else "",
        "allowed_account_ids": "the provider refuses the emulator's account" if settings.allowed_account_ids else "",
        "assume_role": "the emulator does not have the role" if settings.assume_role else "",
    }
    for key, problem in problems.items():
        if problem:
            raise UsageError(
                f"{settings.environment} cannot be applied to the emulator by other programs, because {problem} ({key}). "
                "Remove --no-apply, or use an environment without this setting"
            )

"""Brings an environment up on the emulator: packages, synth, emulator, Terraform.

`queuesmith local up` and `queuesmith local demo` use it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from queuesmith.common.errors import QueuesmithError, TerraformError
from queuesmith.common.progress import ProgressBoard
from queuesmith.local.folders import TERRAFORM_CACHE
from queuesmith.local.host_packages import host_packages
from queuesmith.local.prerequisites import create_prerequisites
from queuesmith.local.session import (
    OUTPUT_FOLDER,
    STACK_FOLDER,
    Session,
    clear_folder,
    locked_folder,
    remove_session,
)
from queuesmith.local.session_start import session_in, start_session
from queuesmith.local.stack_copy import SERVICES, copy_stack, resource_count
from queuesmith.local.terraform_cli.program import find_program
from queuesmith.local.terraform_cli.runner import ResourceEvent, Terraform
from queuesmith.local.user_settings import terraform_environment

if TYPE_CHECKING:
    from queuesmith.settings.environment import EnvironmentSettings

_STEPS = 4
_CHANGES = {"create": "created", "update": "changed", "delete": "destroyed"}
"""The words for Terraform's actions in the output."""


@dataclass(frozen=True)
class LocalEnvironment:
    """An environment that is up."""

    session: Session
    folder: Path
    terraform: Terraform
    """Terraform runs in a copy of the stack's folder."""
    outputs: dict[str, Any]
    is_new: bool
    """Whether the emulator was started now. Otherwise it was already running."""
    changes: dict[str, list[str]]
    """The addresses of the resources that Terraform has `created`, `changed` and `destroyed`."""
    prerequisites: list[str]
    """Resources that were created because a worker uses them and they did not exist: `secret shop/smtp`, `queue theirs`."""
    setup_seconds: float
    """The duration of the steps before the apply."""
    apply_seconds: float
    """The duration of the apply."""
    _clean_up: contextlib.ExitStack

    def keep(self) -> None:
        """Leave the environment running."""
        self.session.keep()
        self._clean_up.pop_all()


@contextlib.contextmanager
def run_environment(settings: EnvironmentSettings, folder: Path, board: ProgressBoard) -> Iterator[LocalEnvironment]:
    """Bring an environment up, in a folder that is created if needed. Must run in the project's folder.

    If the environment already runs in the folder, changes are applied to it. At the end everything that was started here is
    stopped and the folder removed, unless it is kept; an environment that was running before stays up. Raises UsageError if
    another environment runs in the folder, TerraformError if Terraform is missing, and QueuesmithError if CDKTF is. Other
    errors are those of the steps.

    Parameters
    ----------
    settings
        The environment.
    folder
        The session's folder.
    board
        Shows the progress.

    """
    begin = time.monotonic()
    folder = folder.absolute()
    program = find_program()
    _require_cdktf()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked_folder(folder), contextlib.ExitStack() as clean_up:
        session = session_in(folder, settings.environment)
        if session is None:
            clear_folder(folder)
            clean_up.callback(remove_session, folder)
        is_new = session is None
        board.show("Setup", 0, _STEPS, "package")
        packages = host_packages(settings)
        board.show("Setup", 1, _STEPS, "synth")
        stack = _synthesize(settings.environment, folder)
        board.show("Setup", 2, _STEPS, "emulator")
        if session is None:
            session = start_session(settings, folder, board, clean_up)
        prerequisites = create_prerequisites(settings, session.endpoint)
        board.show("Setup", 3, _STEPS, "terraform init")
        copy_stack(stack, folder / STACK_FOLDER, dict.fromkeys(SERVICES, session.url), packages, prerequisites.replacements)
        terraform = Terraform(
            folder / STACK_FOLDER, TERRAFORM_CACHE.absolute(), program, terraform_environment(session.endpoint)
        )
        terraform.init()
        board.show("Setup", _STEPS, _STEPS, program.name)
        middle = time.monotonic()
        changes = _apply(terraform, settings.environment, board, is_new=is_new)
        outputs = terraform.outputs()
        session = replace(session, region=settings.region, workers=_queues(settings, outputs))
        session.save(folder)
        times = middle - begin, time.monotonic() - middle
        yield LocalEnvironment(session, folder, terraform, outputs, is_new, changes, prerequisites.created, *times, clean_up)


def _require_cdktf() -> None:
    if importlib.util.find_spec("cdktf") is None:
        raise QueuesmithError(
            f'main.py needs CDKTF, which is not installed for {sys.executable}. Install it: pip install "queuesmith[local]"'
        )


def _synthesize(environment: str, folder: Path) -> Path:
    """Synthesize the environment's stack into the session's folder. The user's own cdktf.out is not touched."""
    output = folder / OUTPUT_FOLDER
    variables = {**os.environ, "CDKTF_OUTDIR": str(output), "ENVIRONMENTS": environment}
    command = [sys.executable, "main.py"]
    result = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise QueuesmithError(
            f"The synthesis of {environment} failed. To reproduce it: {sys.executable} main.py\n{result.stderr}"
        )
    return output / "stacks" / environment


def _apply(terraform: Terraform, environment: str, board: ProgressBoard, *, is_new: bool) -> dict[str, list[str]]:
    """Apply, and return the addresses of the `created`, `changed` and `destroyed` resources."""
    total = resource_count(terraform.folder) if is_new else None  # only Terraform knows how many have changed
    started: set[str] = set()
    ended: set[str] = set()
    changes: dict[str, list[str]] = {change: [] for change in _CHANGES.values()}

    def on_event(event: ResourceEvent) -> None:
        if event.address.startswith("data."):  # it is only read
            return
        (started if event.kind == "apply_start" else ended).add(event.address)
        if event.kind == "apply_complete" and event.action in _CHANGES:
            changes[_CHANGES[event.action]].append(event.address)
        kinds = sorted({address.split(".")[0] for address in started - ended})
        board.show("Applied", len(ended), total, ", ".join(kinds))

    note = "the provider waits 25 s for each queue, and 25 s for its policies"
    board.show("Applied", 0, total, note if is_new else "changes")
    try:
        terraform.apply(on_event)
    except TerraformError as error:
        hint = "" if is_new else ". The environment is still running"
        raise TerraformError(f"{error}\nFix the cause in config/ or stacks/, and apply {environment} again{hint}") from error
    if is_new:
        board.show("Applied", total or 0, total)
    else:
        count = len({address for addresses in changes.values() for address in addresses})
        board.show("Applied", count, count, "" if count else "no changes")
    return changes


def _queues(settings: EnvironmentSettings, outputs: dict[str, Any]) -> dict[str, dict[str, str | None]]:
    names = ("queue_url", "dead_letter_queue_url")
    return {key: {name: outputs.get(f"{key}_{name}") for name in names} for key in settings.workers}

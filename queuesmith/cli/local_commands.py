"""`queuesmith local`: an environment on the emulator on this machine, for development."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from queuesmith.cli.options import Json
from queuesmith.cli.output import Output
from queuesmith.common.errors import UsageError
from queuesmith.common.program_name import command_name
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown
from queuesmith.settings.project import settings_of

if TYPE_CHECKING:
    from queuesmith.local.depths import WorkerDepths
    from queuesmith.local.local_environment import LocalEnvironment
    from queuesmith.local.session import Session

local = typer.Typer(no_args_is_help=True, help="Run an environment on an emulator of AWS on this machine, for development.")

_Folder = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="The folder of the emulator and its state. Default: .local/demo in the checkout."),
]


@local.command()
def up(
    environment: Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="An environment in config/.")] = "dev",
    folder: _Folder = None,
    json: Json = False,
) -> None:
    """Start the emulator and apply an environment to it with Terraform. If it is running, apply the changes.

    The command prints how to connect to the emulator. Run it again after a change in config/, stacks/ or a handler. If the
    first run fails or is interrupted, everything is removed. If a later run fails, the environment stays up.

    Example: queuesmith local up dev
    """
    session_folder = _session_folder(folder)
    from queuesmith.local.local_environment import run_environment
    from queuesmith.local.session import Session, emulator_errors

    output = Output(as_json=json)
    is_running = Session.running(session_folder) is not None
    interrupted = "Interrupted." if is_running else "Interrupted: stopping everything that was started."
    announcement = f"{interrupted} Terraform first finishes its current operations."
    with graceful_shutdown(announcement), emulator_errors(_hint(session_folder)):
        try:
            settings = settings_of(environment)
            with output.board() as board, run_environment(settings, session_folder, board) as running:
                running.keep()
            _print_environment(output, running, folder)
        except KeyboardInterrupt:
            if session := Session.running(session_folder):
                output.say(f"{session.environment} is still running at {session.url}.")
            else:
                output.say("Everything that was started has been stopped.")
            raise typer.Exit(INTERRUPTED) from None


@local.command()
def status(
    exports: Annotated[
        bool, typer.Option("--exports", help="""Print only the lines for eval "$(queuesmith local status --exports)".""")
    ] = False,
    folder: _Folder = None,
    json: Json = False,
) -> None:
    """Show the running environment: the emulator's URL, and the number of messages of each worker.

    Exit status 0: an environment is running. 1: none is running.

    Example: queuesmith local status
    """
    if exports and json:
        raise UsageError("--exports and --json cannot be combined")
    session_folder = _session_folder(folder)
    from queuesmith.local.session import Session, emulator_errors

    output = Output(as_json=json)
    session = Session.running(session_folder)
    if session is None:
        output.document({"running": False})
        output.say(f"No environment is running. Start one: {_command('up', folder)}")
        raise typer.Exit(1)
    if exports:
        _print_exports(output, session)
        return
    with emulator_errors(_hint(session_folder)):
        workers = _depths(session)
    output.document(_document(session, session_folder, workers))
    output.line(f"{session.environment} at {session.url}, in {session_folder}")
    columns = ("worker", "waiting #", "in flight #", "delayed #", "in DLQ #", "queue")
    output.table("", columns, [_row(each) for each in workers])
    if not workers:
        output.say(f"Nothing is deployed yet. {_command('up', folder)} is still running.")


@local.command()
def down(folder: _Folder = None, json: Json = False) -> None:
    """Stop the emulator, and remove it with everything on it.

    Example: queuesmith local down
    """
    session_folder = _session_folder(folder)
    from queuesmith.local.session import stop_session

    output = Output(as_json=json)
    session = stop_session(session_folder)
    output.document({"stopped": session is not None, "url": session.url if session else None})
    output.say(f"Stopped {session.url}." if session else "No environment is running.")


def _session_folder(folder: Path | None) -> Path:
    """The session's folder. Raises UsageError outside a checkout, because the wheel does not contain the emulator."""
    try:
        from queuesmith.local.local_environment import DEFAULT_FOLDER
        from queuesmith.local.user_settings import forget_user_settings
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("queuesmith.local"):
            text = (
                "`queuesmith local` runs only in a checkout of the project: the installed package does not contain the emulator"
            )
            raise UsageError(f"{text}. In a checkout, run .venv/bin/queuesmith local") from None
        raise
    forget_user_settings()
    return DEFAULT_FOLDER if folder is None else folder.absolute()


def _hint(folder: Path) -> str:
    """The hint if the emulator returns an error."""
    return f"The emulator's log is {folder / 'emulator' / 'emulator.log'}. To remove the emulator: {command_name()} local down"


def _command(name: str, folder: Path | None) -> str:
    """A command about the same session, as a suggestion."""
    return f"{command_name()} local {name}" + (f" --folder {shlex.quote(str(folder))}" if folder else "")


def _depths(session: Session) -> list[WorkerDepths]:
    from queuesmith.local.depths import worker_depths

    return worker_depths(session)


def _print_exports(output: Output, session: Session) -> None:
    for line in session.shell_lines:
        output.line(line)


def _document(session: Session, folder: Path, workers: list[WorkerDepths]) -> dict[str, Any]:
    return {
        "running": True,
        "environment": session.environment,
        "region": session.region,
        "url": session.url,
        "ca_bundle": str(session.endpoint.ca_bundle),
        "folder": str(folder),
        "exports": session.exports,
        "workers": [asdict(each) for each in workers],
    }


def _row(each: WorkerDepths) -> tuple[str, ...]:
    queue, dlq = each.queue, each.dead_letter_queue
    waiting = (f"{queue.visible:,}", f"{queue.in_flight:,}", f"{queue.delayed:,}") if queue else ("missing", "", "")
    return each.worker, *waiting, f"{dlq.total:,}" if dlq else "no DLQ", each.queue_url or ""


def _print_environment(output: Output, running: LocalEnvironment, folder: Path | None) -> None:
    session = running.session
    result = {"started": running.is_new, **running.changes, "prerequisites": running.prerequisites}
    if output.as_json:
        output.document({**_document(session, running.folder, _depths(session)), **result})
    _print_exports(output, session)
    for prerequisite in running.prerequisites:
        value = ', with the value "local"' if prerequisite.startswith(("secret ", "parameter ")) else ""
        output.say(f"Created because it was missing: {prerequisite}{value}")
    if not running.is_new:
        for change, addresses in running.changes.items():
            for address in addresses:
                output.say(f"{change.capitalize()}: {address}")
    environment, (first, *others) = session.environment, session.workers
    lines = (
        f"{environment} is running. Its Terraform folder: {running.terraform.folder}",
        "Next:",
        f'  eval "$({_command("status", folder)} --exports)"',
        f"  {command_name()} status {environment}",
        f"  {command_name()} send {environment} {first} --body TEXT{'    # or ' * bool(others)}{', '.join(others)}",
        f"  {_command('down', folder)}",
    )
    for line in lines:
        output.say(line)

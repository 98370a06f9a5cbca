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
from queuesmith.common.program_name import own_name
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown
from queuesmith.settings.project import settings_of

if TYPE_CHECKING:
    from queuesmith.local.depths import WorkerDepths
    from queuesmith.local.session import Session
    from queuesmith.local.up import Applied

local = typer.Typer(no_args_is_help=True, help="Run an environment on an emulator of AWS on this machine, for development.")

_Folder = Annotated[
    Path | None, typer.Option(help="The folder of the emulator and its state. Default: .local/demo in the checkout.")
]


@local.command()
def up(
    environment: Annotated[str, typer.Argument(help="An environment in config/.")] = "dev",
    folder: _Folder = None,
    json: Json = False,
) -> None:
    """Start the emulator and apply an environment to it with Terraform. If it is running, apply the changes.

    Prints how to connect to it. After a change in config/, stacks/ or a handler, run the command again. If the first run fails
    or is interrupted, everything is removed. If a later run fails or is interrupted, the environment stays up.

    Example: queuesmith local up dev
    """
    where = _where(folder)
    from queuesmith.local.session import Session, aws_is_local
    from queuesmith.local.up import brought_up

    output = Output(as_json=json)
    goes_on = Session.running(where) is not None
    what = "Interrupted." if goes_on else "Interrupted: stopping everything that was started."
    with graceful_shutdown(f"{what} Terraform first finishes its current operations."), aws_is_local(_start_anew(where)):
        try:
            settings = settings_of(environment)
            with output.board() as board, brought_up(settings, where, board) as applied:
                applied.keep()
            _say_what_is_up(output, applied, folder)
        except KeyboardInterrupt:
            session = Session.running(where)
            rest = f"{session.environment} is still running at {session.url}." if session else ""
            output.say(rest or "Everything that was started has been stopped.")
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
    where = _where(folder)
    from queuesmith.local.session import Session, aws_is_local

    output = Output(as_json=json)
    session = Session.running(where)
    if session is None:
        output.document({"running": False})
        output.say(f"No environment is running. Start one: {_command('up', folder)}")
        raise typer.Exit(1)
    if exports:
        _print_exports(output, session)
        return
    with aws_is_local(_start_anew(where)):
        workers = _depths(session)
    output.document(_document(session, where, workers))
    output.line(f"{session.environment} at {session.url}, in {where}")
    columns = ("worker", "waiting #", "in flight #", "delayed #", "in DLQ #", "queue")
    output.table("", columns, [_row(each) for each in workers])
    if not workers:
        output.say(f"Nothing is deployed yet. {_command('up', folder)} is still running.")


@local.command()
def down(folder: _Folder = None, json: Json = False) -> None:
    """Stop the emulator, and remove it with everything on it.

    Example: queuesmith local down
    """
    where = _where(folder)
    from queuesmith.local.session import end

    output = Output(as_json=json)
    session = end(where)
    output.document({"stopped": session is not None, "url": session.url if session else None})
    output.say(f"Stopped {session.url}." if session else "No environment is running.")


def _where(folder: Path | None) -> Path:
    """The session's folder. Raises UsageError outside a checkout, because the wheel does not contain the emulator."""
    try:
        from queuesmith.local.up import FOLDER
        from queuesmith.local.user_settings import forget_user_settings
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("queuesmith.local"):
            text = (
                "`queuesmith local` runs only in a checkout of the project: the installed package does not contain the emulator"
            )
            raise UsageError(f"{text}. In a checkout, run .venv/bin/queuesmith local") from None
        raise
    forget_user_settings()
    return FOLDER if folder is None else folder.absolute()


def _start_anew(folder: Path) -> str:
    """The fix if the emulator answers with an error."""
    return f"The emulator's log is {folder / 'emulator' / 'emulator.log'}. To remove the emulator: {own_name()} local down"


def _command(name: str, folder: Path | None) -> str:
    """A command about the same session, as a suggestion."""
    return f"{own_name()} local {name}" + (f" --folder {shlex.quote(str(folder))}" if folder else "")


def _depths(session: Session) -> list[WorkerDepths]:
    from queuesmith.local.depths import depths

    return depths(session)


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


def _say_what_is_up(output: Output, applied: Applied, folder: Path | None) -> None:
    session = applied.session
    done = {"started": applied.fresh, **applied.changes, "made": applied.made}
    if output.as_json:
        output.document({**_document(session, applied.folder, _depths(session)), **done})
    _print_exports(output, session)
    for what in applied.made:
        value = ', with the value "local"' if what.startswith(("secret ", "parameter ")) else ""
        output.say(f"Created because it was missing: {what}{value}")
    if not applied.fresh:
        for change, addresses in applied.changes.items():
            for address in addresses:
                output.say(f"{change.capitalize()}: {address}")
    environment, (first, *others) = session.environment, session.workers
    lines = (
        f"{environment} is running. Its Terraform folder: {applied.terraform.folder}",
        "Next:",
        f'  eval "$({_command("status", folder)} --exports)"',
        f"  {own_name()} status {environment}",
        f"  {own_name()} send {environment} {first} --body TEXT{'    # or ' * bool(others)}{', '.join(others)}",
        f"  {_command('down', folder)}",
    )
    for line in lines:
        output.say(line)

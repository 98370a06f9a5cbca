"""`queuesmith local`: an environment on the emulator on this machine, for development."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith.cli import local_output
from queuesmith.cli.local_output import local_command
from queuesmith.cli.options import Json
from queuesmith.cli.output import Output
from queuesmith.common.errors import UsageError
from queuesmith.common.program_name import command_name
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown
from queuesmith.settings.project import require_project, settings_of

if TYPE_CHECKING:
    from queuesmith.local.depths import WorkerDepths
    from queuesmith.local.session import Session

local = typer.Typer(no_args_is_help=True, help="Run an environment on an emulator of AWS on this machine, for development.")

_Environment = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="An environment in config/.")]
_Folder = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="The folder of the emulator and its state. Default: .local/demo in the project."),
]


@local.command()
def up(
    environment: _Environment = "dev",
    no_apply: Annotated[
        bool, typer.Option("--no-apply", help="Only start the emulator. Apply the stack yourself, with cdktf or Terraform.")
    ] = False,
    folder: _Folder = None,
    json: Json = False,
) -> None:
    """Start the emulator and apply an environment to it with Terraform. If it is running, apply the changes.

    The command prints how to connect to the emulator. Run it again after a change in config/, stacks/ or a handler. If the
    first run fails or is interrupted, everything is removed. If a later run fails, the environment stays up. The first run in
    a project installs the emulator into .local/emulator.

    Example: queuesmith local up dev
    """
    session_folder = _session_folder(folder)
    from queuesmith.local.local_environment import run_environment
    from queuesmith.local.session import Session
    from queuesmith.local.session_start import start_emulator

    output = Output(as_json=json)
    with _until_interrupted(output, session_folder, is_running=Session.running(session_folder) is not None):
        settings = settings_of(environment)
        if no_apply:
            with output.board() as board:
                started = start_emulator(settings, session_folder, board)
            local_output.print_emulator(output, started, session_folder, folder)
            return
        with output.board() as board, run_environment(settings, session_folder, board) as running:
            running.keep()
        workers = _depths(running.session) if json else []
        local_output.print_environment(output, running, workers, folder)


@local.command()
def demo(
    environment: _Environment = "dev",
    worker: Annotated[
        str | None, typer.Option(metavar="WORKER", help="The worker that gets the messages. Default: the only one.")
    ] = None,
    message: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="One valid message, as JSON. Default: tests/messages/WORKER.json."),
    ] = None,
    count: Annotated[
        int, typer.Option(metavar="N", min=10, max=10_000, help="The number of messages. 5 of them can never succeed.")
    ] = 200,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the environment running, as `local up` does.")] = False,
    folder: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="With --keep: the folder of the emulator and its state. Default: .local/demo in the project."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Apply an environment to a new emulator, send messages to a worker, and count their outcomes.

    The worker must write an item to its DynamoDB table for each message. The messages are copies of one example, and each
    copy has a different value in the field that is named like the table's partition key. 5 messages are invalid: this field
    is missing or is a list, or the body is not a JSON object. Exit status 0: each valid message was written exactly once, and
    each invalid message is in the DLQ, even if there are additional copies of it. 1: a message has another outcome.

    Example: queuesmith local demo dev
    """
    if folder is not None and not keep:
        raise UsageError("--folder needs --keep. Without --keep the demo runs in a temporary folder, and removes it")
    session_folder = _session_folder(folder)
    from queuesmith.local.demo import Demo
    from queuesmith.local.local_environment import run_environment
    from queuesmith.local.session import Session

    if keep and (session := Session.running(session_folder)):
        raise UsageError(f"{session.environment} is already running at {session.url}. Stop it: {local_command('down', folder)}")
    output = Output(as_json=json)
    planned = Demo.of(settings_of(environment), worker, message, count)
    with contextlib.ExitStack() as clean_up:
        clean_up.enter_context(_until_interrupted(output, session_folder if keep else None))
        place = session_folder if keep else Path(clean_up.enter_context(tempfile.TemporaryDirectory(prefix="queuesmith-demo-")))
        with output.board() as board:
            running = clean_up.enter_context(run_environment(planned.settings, place, board))
            result = planned.run(running.session.endpoint, running.outputs, board)
        local_output.print_demo(output, result, running, kept=keep)
        if keep:
            running.keep()
            local_output.print_how_to_connect(output, running, planned.worker, folder)
    if not keep and result.is_expected:
        output.say(f"Everything that was started has been stopped. To inspect it: {command_name()} local demo --keep")
    if not result.is_expected:
        raise typer.Exit(1)


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
        output.say(f"No environment is running. Start one: {local_command('up', folder)}")
        raise typer.Exit(1)
    if exports:
        local_output.print_exports(output, session)
        return
    with emulator_errors(_hint(session_folder)):
        workers = _depths(session)
    local_output.print_status(output, session, session_folder, workers, folder)


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
    """The session's folder. Raises UsageError outside a project's folder, or on Windows."""
    if sys.platform == "win32":
        raise UsageError("`queuesmith local` runs on Linux and macOS. On Windows, run it in WSL")
    if folder is None:
        require_project()
    from queuesmith.local.folders import DEFAULT_SESSION
    from queuesmith.local.user_settings import forget_user_settings

    forget_user_settings()
    return (folder or DEFAULT_SESSION).absolute()


@contextlib.contextmanager
def _until_interrupted(output: Output, session_folder: Path | None, *, is_running: bool = False) -> Iterator[None]:
    """Shut down gracefully if a signal arrives, and say what is left running. `session_folder`: None if it is temporary."""
    from queuesmith.local.session import Session, emulator_errors

    interrupted = "Interrupted." if is_running else "Interrupted: stopping everything that was started."
    announcement = f"{interrupted} Terraform first finishes its current operations."
    hint = _hint(session_folder) if session_folder else f"To inspect the emulator: {command_name()} local demo --keep"
    with graceful_shutdown(announcement), emulator_errors(hint):
        try:
            yield
        except KeyboardInterrupt:
            if session_folder and (session := Session.running(session_folder)):
                output.say(f"{session.environment} is still running at {session.url}.")
            else:
                output.say("Everything that was started has been stopped.")
            raise typer.Exit(INTERRUPTED) from None


def _hint(folder: Path) -> str:
    """The hint if the emulator returns an error."""
    return f"The emulator's log is {folder / 'emulator' / 'emulator.log'}. To remove the emulator: {command_name()} local down"


def _depths(session: Session) -> list[WorkerDepths]:
    from queuesmith.local.depths import worker_depths

    return worker_depths(session)

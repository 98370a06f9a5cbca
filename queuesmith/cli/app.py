"""The console script `queuesmith`: registers the commands, and turns errors into one message. HELP lists the exit statuses."""

from __future__ import annotations

import contextlib
import inspect
import signal
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from queuesmith import __version__
from queuesmith.cli.add import add
from queuesmith.cli.capacity import capacity
from queuesmith.cli.check import check
from queuesmith.cli.console import console
from queuesmith.cli.doctor import doctor
from queuesmith.cli.drop import drop
from queuesmith.cli.eject import eject
from queuesmith.cli.explain import explain
from queuesmith.cli.init import init
from queuesmith.cli.invoke import invoke
from queuesmith.cli.local_commands import local
from queuesmith.cli.logs import logs
from queuesmith.cli.package import package
from queuesmith.cli.pause import pause, resume
from queuesmith.cli.peek import peek
from queuesmith.cli.purge import purge, purge_dlq
from queuesmith.cli.redrive import redrive
from queuesmith.cli.release import release
from queuesmith.cli.send import send
from queuesmith.cli.status import status
from queuesmith.cli.triage import triage
from queuesmith.common.errors import QueuesmithError, from_os_error
from queuesmith.common.printing import LINE_CHARACTERS, printable
from queuesmith.common.signals import handle_signals
from queuesmith.settings.renamed_keys import renamed

HELP = """Build, check and operate SQS-to-Lambda workers.

Exit status 0: success. 1: a problem was found, or an operation was refused or incomplete. 2: wrong usage. 3: a release
was rolled back. 130: interrupted.
"""
_RENAMED_OPTIONS = {"--accept": "--suppress", "--source": "--code"}


class _Commands(TyperGroup):
    """The command group. Its errors suggest `dlq` for its commands, and the new name of a renamed option."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command with this name."""
        if cmd_name not in self.commands and cmd_name in {each.name for each in dlq.registered_commands}:
            ctx.fail(f"No such command '{cmd_name}'. Did you mean 'dlq {cmd_name}'?")
        return super().get_command(ctx, cmd_name)

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the program. Errors of usage have a box only on a terminal: a pipe gets plain lines."""
        if sys.stderr.isatty() or not options.get("standalone_mode", True):
            return super().main(*arguments, **options)
        try:
            sys.exit(super().main(*arguments, **{**options, "standalone_mode": False}))
        except Exception as error:
            if not hasattr(error, "show"):  # all of click's errors have it
                raise
            error.show()
            sys.exit(getattr(error, "exit_code", 2))

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            old = getattr(error, "option_name", "")  # of click's NoSuchOption, whose class typer does not export
            at, new = getattr(error, "ctx", None), _RENAMED_OPTIONS.get(old)
            if at and new and any(new in parameter.opts for parameter in at.command.params):
                at.fail(renamed(old, new))
            raise


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP)
dlq = typer.Typer(
    no_args_is_help=True, help="Triage a dead-letter queue, peek at its messages, and redrive, drop or purge them."
)


def _show_version(requested: bool) -> None:
    if requested:
        typer.echo(f"queuesmith {__version__}")
        raise typer.Exit


@app.callback()
def _queuesmith(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """The options of the program itself."""


_CREATE, _INSPECT, _OPERATE, _BUILD = "Create a project", "Inspect workers", "Operate workers", "Build and check"
for panel, commands in {
    _CREATE: (init,),
    _INSPECT: (status, console, doctor, logs, capacity),
    _OPERATE: (send, pause, resume, release, purge),
    _BUILD: (check, explain, package, eject, invoke),
}.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
for name, command in {"triage": triage, "peek": peek, "redrive": redrive, "drop": drop, "purge": purge_dlq}.items():
    dlq.command(name)(command)
app.add_typer(add, name="add", rich_help_panel=_CREATE)
app.add_typer(dlq, name="dlq", rich_help_panel=_OPERATE)
app.add_typer(local, name="local", rich_help_panel=_BUILD)
for registered in (*app.registered_commands, *add.registered_commands, *dlq.registered_commands, *local.registered_commands):
    paragraphs = inspect.cleandoc(registered.callback.__doc__ or "").split("\n\n")
    registered.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)  # typer keeps line breaks


def main() -> None:
    """Run the command line. An error that the user can fix is printed as one message without a traceback."""
    try:
        with handle_signals(signal.default_int_handler):  # SIGTERM and a closed terminal end a command like Ctrl-C
            app()
    except Exception as error:
        shown = _user_error(error)
        if shown is None:
            raise
        with contextlib.suppress(OSError):  # stderr is closed: the exit status still tells the result
            print(f"error: {printable(str(shown), LINE_CHARACTERS)}", file=sys.stderr)
        sys.exit(shown.exit_status)


def _user_error(error: Exception) -> QueuesmithError | None:
    """The error as the user sees it; None for a bug in this program."""
    if isinstance(error, QueuesmithError):
        return error
    if isinstance(error, OSError):
        return from_os_error(error)
    if not any(each.__module__ == "botocore.exceptions" for each in type(error).__mro__):
        return None
    from botocore.exceptions import ClientError

    from queuesmith.aws.boto_errors import as_aws_error
    from queuesmith.common.program_name import command_name
    from queuesmith.local.folders import DEFAULT_SESSION, SESSION_FILE

    shown = as_aws_error(error) or QueuesmithError(str(error))
    if isinstance(error, ClientError) or not (DEFAULT_SESSION / SESSION_FILE).is_file():
        return shown
    return type(shown)(f'{shown}. An emulator was started here. To use it: eval "$({command_name()} local status --exports)"')

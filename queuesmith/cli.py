"""The console script `queuesmith`.

Exit status 0; 1: it found a problem, or was refused; 2: usage; 130: interrupted, and ended in order.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from queuesmith import __version__
from queuesmith.commands.check import check
from queuesmith.commands.doctor import doctor
from queuesmith.commands.explain import explain
from queuesmith.commands.invoke import invoke
from queuesmith.commands.local import local
from queuesmith.commands.logs import logs
from queuesmith.commands.package import package
from queuesmith.commands.pause import pause, resume
from queuesmith.commands.peek import peek
from queuesmith.commands.purge import purge, purge_dlq
from queuesmith.commands.redrive import redrive
from queuesmith.commands.send import send
from queuesmith.commands.status import status
from queuesmith.errors import QueuesmithError

HELP = """SQS to Lambda, with nothing lost: look at workers and act on them, build them, and judge Terraform.

Exit status 0; 1: a problem was found, or something was refused or not done; 2: usage; 130: stopped by Ctrl-C, in order.
"""
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP)
dlq = typer.Typer(no_args_is_help=True, help="Look at a dead-letter queue, put messages back, or empty it.")


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"queuesmith {__version__}")
        raise typer.Exit


@app.callback()
def _queuesmith(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """What all commands share."""


_LOOK, _ACT, _BUILD = "Look", "Act", "Build and judge"
app.command(rich_help_panel=_LOOK)(status)
app.command(rich_help_panel=_LOOK)(doctor)
app.command(rich_help_panel=_LOOK)(logs)
for command in (send, pause, resume, purge):
    app.command(rich_help_panel=_ACT)(command)
dlq.command()(peek)
dlq.command()(redrive)
dlq.command("purge")(purge_dlq)
app.add_typer(dlq, name="dlq", rich_help_panel=_ACT)
app.command(rich_help_panel=_BUILD)(check)
app.command(rich_help_panel=_BUILD)(explain)
app.command(rich_help_panel=_BUILD)(package)
app.command(rich_help_panel=_BUILD)(invoke)
app.add_typer(local, name="local", rich_help_panel=_BUILD)


def main() -> None:
    """Run the command line. What a person can mend is one message and no traceback."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what was begun is ended in order
    try:
        app()
    except QueuesmithError as error:
        _end(error)
    except OSError as error:
        print(f"error: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        if not any(each.__module__ == "botocore.exceptions" for each in type(error).__mro__):
            raise
        from botocore.exceptions import ClientError

        from queuesmith.aws.refusals import said

        told = said(error) or QueuesmithError(str(error))
        if Path(".local/demo/session.json").is_file() and not isinstance(error, ClientError):
            told = type(told)(f'{told}. A local AWS was started here: eval "$(queuesmith local status --exports)"')
        _end(told)
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(error: QueuesmithError) -> NoReturn:
    from queuesmith.rules.wording import printable  # loads the rule book, which most commands do without

    print("error: " + "\n".join(map(printable, str(error).split("\n"))), file=sys.stderr)
    sys.exit(error.exit_status)


if __name__ == "__main__":
    main()

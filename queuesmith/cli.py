"""The console script `queuesmith`. Exit status 0, 1 (found a problem, or refused) or 2 (usage)."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from queuesmith import __version__
from queuesmith.commands.check import check
from queuesmith.commands.explain import explain
from queuesmith.commands.package import package
from queuesmith.errors import QueuesmithError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


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
    """SQS to Lambda, with nothing lost."""


app.command()(check)
app.command()(explain)
app.command()(package)


def main() -> None:
    """Run the command line. What a person can mend is one message and no traceback."""
    try:
        app()
    except QueuesmithError as error:
        from queuesmith.rules.wording import printable  # loads the rule book, which most commands do without

        print("error: " + "\n".join(map(printable, str(error).split("\n"))), file=sys.stderr)
        sys.exit(error.exit_status)
    except OSError as error:
        print(f"error: {error.filename or 'the system'}: {error.strerror}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()

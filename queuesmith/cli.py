"""The console script `queuesmith`. Exit status 0, 1 (found a problem, or refused) or 2 (usage)."""

from __future__ import annotations

import sys

import typer

from queuesmith.commands.package import package
from queuesmith.errors import QueuesmithError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.callback()
def _queuesmith() -> None:
    """SQS to Lambda, with nothing lost."""


app.command()(package)


def main() -> None:
    """Run the command line. What a person can mend is one message and no traceback."""
    try:
        app()
    except QueuesmithError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()

"""`queuesmith console`: shows workers and their DLQs as local web pages."""

from __future__ import annotations

from typing import Annotated

import typer

from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_workers
from queuesmith.common.errors import QueuesmithError
from queuesmith.common.signals import graceful_shutdown


@on_workers
def console(
    target: Target,
    output: Output,
    *,
    port: Annotated[int, typer.Option(min=0, max=65_535, metavar="N", help="The port on 127.0.0.1. 0: a free port.")] = 0,
    act: Annotated[bool, typer.Option("--act", help="Show buttons that pause, resume, redrive, drop and send.")] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the page in the default browser.")] = False,
) -> None:
    """Show workers, their DLQs, logs and findings as web pages on this machine, until Ctrl-C. The pages update themselves.

    Without --act, the pages change nothing. With --act, they have buttons, and each action asks for a confirmation. Reading a
    DLQ counts as a receive attempt for each message read, as it does with `dlq triage`. Only a browser on this machine that
    opens the printed URL can see the pages. The command needs the extra `console`: pip install "queuesmith[console]".

    Exit status 0: the console was stopped.

    Example: queuesmith console dev
    """
    try:
        from queuesmith.console import start_console
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("werkzeug"):
            raise
        raise QueuesmithError(
            'The console needs werkzeug, which is not installed. Install it: pip install "queuesmith[console]"'
        ) from error
    with graceful_shutdown() as stop:
        server = start_console(target.selection, port, can_act=act)
        try:
            output.document({"url": server.url}, compact=True)
            output.line(server.url)
            output.say("Open this URL in a browser on this machine. Stop the console: Ctrl-C")
            if open_browser:
                import webbrowser

                webbrowser.open(server.url)
            while not stop.wait(60):
                pass
        finally:
            server.close()

"""`make demo`: deploys the sample to the emulator with Terraform, sends orders to it, and counts the outcomes."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from queuesmith.common.errors import QueuesmithError, UsageError, from_os_error
from queuesmith.common.program_name import command_name
from queuesmith.common.progress import ProgressBoard
from queuesmith.common.signals import INTERRUPTED, graceful_shutdown
from queuesmith.local.local_environment import DEFAULT_FOLDER, LocalEnvironment, run_environment
from queuesmith.local.sample_orders import messages
from queuesmith.local.session import Session, emulator_errors
from queuesmith.local.tally import DeployedSample, Tally
from queuesmith.local.user_settings import forget_user_settings
from queuesmith.settings.project import settings_of

if TYPE_CHECKING:
    from queuesmith.settings.environment import EnvironmentSettings

ENVIRONMENT, WORKER, TABLE = "dev", "orders", "orders"
MESSAGES = 200
POISON = 5
TIMEOUT = 120.0
"""Seconds to wait until the messages are processed. This usually takes a few seconds."""
ANNOUNCEMENT = "Interrupted: stopping everything that was started. Terraform first finishes its current operations."


def main() -> int:
    """Run the demonstration. Exit status 0: every message is accounted for; 1: a message is missing or a step failed."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the environment running on the emulator")
    parser.add_argument(
        "--folder",
        type=Path,
        default=DEFAULT_FOLDER,
        help="the folder of the environment that --keep leaves running (default: %(default)s)",
    )
    arguments = parser.parse_args()
    forget_user_settings()
    console = Console()
    with graceful_shutdown(ANNOUNCEMENT):
        try:
            with emulator_errors("To inspect the emulator: make demo KEEP=1"):
                return _demonstrate(console, arguments.folder if arguments.keep else None)
        except (QueuesmithError, OSError) as error:
            shown = from_os_error(error) if isinstance(error, OSError) else error
            _print_to_stderr(f"error: {shown}")
            return shown.exit_status
        except KeyboardInterrupt:
            _print_to_stderr("Everything that was started has been stopped.")
            return INTERRUPTED


def _print_to_stderr(text: str) -> None:
    with contextlib.suppress(OSError):  # stderr is closed
        print(text, file=sys.stderr)


def _demonstrate(console: Console, keep_in: Path | None) -> int:
    if keep_in is not None and (session := Session.running(keep_in)):
        raise UsageError(f"{session.environment} is already running at {session.url}. Stop it: make down")
    settings = _settings()
    with contextlib.ExitStack() as clean_up:
        folder = keep_in or Path(clean_up.enter_context(tempfile.TemporaryDirectory(prefix="queuesmith-demo-")))
        with ProgressBoard(console) as board:
            environment = clean_up.enter_context(run_environment(settings, folder, board))
            sample = DeployedSample(environment.session.endpoint, settings.region, environment.outputs, WORKER, TABLE)
            begin = time.monotonic()
            accepted = _send_and_wait(sample, board)
            seconds = time.monotonic() - begin
        tally = sample.tally(accepted)
        console.print(_totals(tally, environment, seconds))
        is_expected = tally == Tally(MESSAGES, MESSAGES - POISON, written_repeatedly=0, unlogged=0, in_dlq=POISON, in_queue=0)
        if keep_in is not None:
            environment.keep()
            _print_how_to_connect(console, environment)
    if not is_expected:
        console.print(
            "Some messages do not have the expected outcome." + ("" if keep_in else " To inspect them: make demo KEEP=1")
        )
    elif keep_in is None:
        console.print(
            "Everything that was started has been stopped. Next: create your own worker in three edits (README.md), or inspect "
            "this one with make demo KEEP=1.",
            highlight=False,
        )
    return 0 if is_expected else 1


def _settings() -> EnvironmentSettings:
    """The environment's settings. Raises UsageError if they lack the sample's worker or table."""
    settings = settings_of(ENVIRONMENT)
    if WORKER not in settings.workers or TABLE not in settings.tables:
        raise UsageError(
            f"The demonstration sends orders to the worker {WORKER} and reads them from the table {TABLE}, but "
            f"config/ has the workers {', '.join(settings.workers)} and the tables {', '.join(settings.tables) or 'none'}. "
            "Add them, or run the demonstration with the original config/"
        )
    return settings


def _send_and_wait(sample: DeployedSample, board: ProgressBoard) -> int:
    """Send the messages, and wait until each is written or in the DLQ, or TIMEOUT ends. Returns how many SQS accepted."""
    expected = MESSAGES - POISON
    accepted = sample.send(messages(MESSAGES, POISON), on_progress=lambda sent: board.show("Sent", sent.accepted, MESSAGES))
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        written, in_queue, in_dlq = len(sample.written_orders()), sample.in_queue(), sample.in_dlq()
        board.show("Processed", written, expected)
        board.show("In the DLQ", in_dlq, POISON)
        if in_queue == 0 and written + in_dlq >= accepted:
            break
        time.sleep(0.5)
    return accepted


def _totals(tally: Tally, environment: LocalEnvironment, seconds: float) -> Table:
    """The outcome of the messages, and the duration of each part."""
    table = Table(title=f"{tally.sent} messages", title_justify="left")
    table.add_column("Outcome")
    table.add_column("Messages", justify="right")
    table.add_row("written to DynamoDB exactly once", str(tally.written_once))
    table.add_row("written more than once", str(tally.written_repeatedly))
    if tally.unlogged:
        table.add_row("written, but not logged by the handler", str(tally.unlogged))
    table.add_row("in the dead-letter queue", str(tally.in_dlq))
    table.add_row("still in the queue", str(tally.in_queue))
    table.add_row("lost", str(tally.lost), end_section=True)
    table.add_row("setup", f"{environment.setup_seconds:.1f} s")
    table.add_row("apply", f"{environment.apply_seconds:.1f} s")
    table.add_row("processing of all messages", f"{seconds:.1f} s")
    return table


def _print_how_to_connect(console: Console, environment: LocalEnvironment) -> None:
    """Print how to use the environment that is still running, and how to stop it."""
    name = environment.session.environment
    lines = [
        "The environment is still running. To connect to it:",
        *(f"  {line}" for line in environment.session.shell_lines),
        f"Inspect it: {command_name()} status {name}, or: {command_name()} dlq peek {name}",
        f"Its Terraform folder: {environment.terraform.folder}",
        "Stop it: make down",
    ]
    console.print("\n".join(lines), highlight=False, soft_wrap=True, markup=False)


if __name__ == "__main__":
    sys.exit(main())

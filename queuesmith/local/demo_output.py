"""What the demonstration says at its end."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from queuesmith.common.program_name import own_name
from queuesmith.local.tally import Tally
from queuesmith.local.up import Applied


@dataclass(frozen=True)
class Times:
    """Seconds that each part took."""

    set_up: float
    apply: float
    messages: float


def totals(tally: Tally, times: Times) -> Table:
    """What became of the messages, and how long each part took."""
    table = Table(title=f"{tally.sent} messages", title_justify="left")
    table.add_column("What became of them")
    table.add_column("Messages", justify="right")
    table.add_row("written to DynamoDB exactly once", str(tally.written_once))
    table.add_row("written more than once", str(tally.written_again))
    if tally.unsaid:
        table.add_row("written, though the handler never said so", str(tally.unsaid))
    table.add_row("in the dead-letter queue", str(tally.dead))
    table.add_row("still in the queue", str(tally.waiting))
    table.add_row("lost", str(tally.lost), end_section=True)
    table.add_row("set-up", f"{times.set_up:.1f} s")
    table.add_row("apply", f"{times.apply:.1f} s")
    table.add_row("messages, to the last one in the DLQ", f"{times.messages:.1f} s")
    return table


def say_what_is_next(console: Console) -> None:
    """Where to go from here."""
    console.print(
        "Everything that was started is stopped. Next: your own worker, in three edits (README.md), or look around in this one "
        "with make demo KEEP=1.",
        highlight=False,
    )


def say_how_to_reach(console: Console, applied: Applied) -> None:
    """What was left running, and how to end it."""
    environment = applied.session.environment
    lines = [
        "It is still running. To reach it:",
        *(f"  {line}" for line in applied.session.shell_lines),
        f"Look around: {own_name()} status {environment}, or: {own_name()} dlq peek {environment}",
        f"Its Terraform folder: {applied.terraform.folder}",
        "Stop it: make down",
    ]
    console.print("\n".join(lines), highlight=False, soft_wrap=True, markup=False)

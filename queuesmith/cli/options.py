"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

DASH = "-"
"""The file name that stands for standard input."""
Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout. docs/commands.md lists the keys.")]
SuppressOption = Annotated[
    list[str] | None,
    typer.Option(metavar="RULE=REASON", help="Suppress a rule's findings, with the reason. Repeat for more."),
]

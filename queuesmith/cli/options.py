"""Options that several commands have, each declared once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from queuesmith.rules import Acceptance

DASH = "-"
"""What stands for standard input where a file is asked for."""


class FailOn(StrEnum):
    """The lowest severity that gives exit status 1."""

    ERROR = "error"
    WARNING = "warning"


Json = Annotated[bool, typer.Option("--json", help="JSON on stdout, with the keys of docs/commands.md.")]
FailOnOption = Annotated[FailOn, typer.Option(help="The lowest severity that gives exit status 1.")]
AcceptOption = Annotated[
    list[str] | None,
    typer.Option("--accept", metavar="RULE=REASON", help="Live with a rule's findings, and say why. Repeat for more."),
]
MatchOption = Annotated[str | None, typer.Option(metavar="JMESPATH", help="Only messages whose body, as JSON, it holds for.")]


def acceptances(accept: list[str] | None, config: Path | None, *, unasked: bool = True) -> list[Acceptance]:
    """Those of --accept, and those of a file: `config`, or queuesmith.toml where it is there and may be read `unasked`.

    Raises UsageError for an option or a file of another shape.
    """
    from queuesmith.checks.acceptance_file import FILE, from_file, from_options

    found = from_options(accept or [])
    if config is not None or (unasked and Path(FILE).is_file()):
        found += from_file(config or Path(FILE))
    return found

"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from queuesmith.rules import Suppression

DASH = "-"
"""The file name that stands for standard input."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout. docs/commands.md lists the keys.")]
SuppressOption = Annotated[
    list[str] | None,
    typer.Option(metavar="RULE=REASON", help="Suppress a rule's findings, with the reason. Repeat for more."),
]
MatchOption = Annotated[
    str | None, typer.Option(metavar="JMESPATH", help="Only messages whose JSON body matches this JMESPath expression.")
]


def read_suppressions(options: list[str] | None, config: Path | None, *, default_file: bool = True) -> list[Suppression]:
    """The suppressions of --suppress and of a file: `config`, or an existing queuesmith.toml if `default_file`.

    Raises UsageError for an invalid option or file.
    """
    from queuesmith.checks.suppressions import FILE, suppressions_in_file, suppressions_in_options

    found = suppressions_in_options(options or [])
    if config is not None or (default_file and Path(FILE).is_file()):
        found += suppressions_in_file(config or Path(FILE))
    return found

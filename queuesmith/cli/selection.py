"""The options that select messages, for the commands about a dead-letter queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith import operations

if TYPE_CHECKING:
    from queuesmith.cli.target import Target
    from queuesmith.operations.messages import MessagePredicate

MatchOption = Annotated[
    str | None, typer.Option(metavar="JMESPATH", help="Only messages whose JSON body matches this JMESPath expression.")
]
WhereOption = Annotated[
    str | None,
    typer.Option(
        metavar="JMESPATH",
        help="Only messages that match this JMESPath expression. It can use body, attributes.NAME, reason, exception, group, "
        "receive_count, sent, message_id and source_arn.",
    ),
]
ReasonOption = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT", help="Only messages with this reason, as `dlq triage` shows it. Numbers and ids in it do not matter."
    ),
]
MessageIdsOption = Annotated[
    list[str] | None, typer.Option("--message-id", metavar="ID", help="Only the message with this id. Repeat for more.")
]


def predicate(match: str | None, where: str | None, reason: str | None) -> MessagePredicate | None:
    """The messages that the options select. None if none of the options is given. Raises UsageError for wrong expressions."""
    return operations.all_of(
        None if match is None else operations.matcher(match),
        None if where is None else operations.where_matcher(where),
        None if reason is None else operations.reason_matcher(reason),
    )


def show_reason_hint(reason: str | None, received: int, selected: int, target: Target) -> None:
    """Explain `--reason` if messages were received and it matched none: a part of a reason matches nothing."""
    if reason is not None and received and not selected:
        triage = target.command_line("dlq triage")
        target.output.say(f"--reason must be a whole reason, as dlq triage prints it. To list the reasons: {triage}")


def words(**options: str | int | list[str] | None) -> list[str]:
    """The options as words of a command line. Options without a value are omitted, and lists are repeated options."""
    found: list[str] = []
    for name, value in options.items():
        for each in value if isinstance(value, list) else [] if value is None else [value]:
            found += [f"--{name.replace('_', '-')}", str(each)]
    return found

"""`queuesmith dlq triage`: groups the messages of a dead-letter queue by reason."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith import operations
from queuesmith.cli.message_file import display_name, open_copy
from queuesmith.cli.output import Output, still_invisible
from queuesmith.cli.selection import MatchOption, ReasonOption, WhereOption, predicate, words
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import counted
from queuesmith.common.signals import INTERRUPTED, Stop, graceful_shutdown
from queuesmith.operations.messages import TOO_OFTEN

if TYPE_CHECKING:
    from queuesmith.operations.messages import MessagePredicate

_By = Annotated[
    str,
    typer.Option(
        metavar="JMESPATH", help="What to group by, for example exception, attributes.NAME, group or body.customer_id."
    ),
]
_Limit = Annotated[int | None, typer.Option(min=1, metavar="N", help="Stop after this number of messages. Default: read all.")]
_Top = Annotated[int, typer.Option(min=1, metavar="N", help="Maximum number of groups to show, the largest first.")]
_File = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Read the output of `dlq peek --export` or `dlq peek --json` instead of the DLQ. - is standard input.",
    ),
]


@on_worker
def triage(
    target: Target,
    output: Output,
    *,
    by: _By = "reason",
    match: MatchOption = None,
    where: WhereOption = None,
    reason: ReasonOption = None,
    limit: _Limit = None,
    top: _Top = 20,
    file: _File = None,
) -> None:
    """Group the messages of the DLQ by reason, and show counts, times, a sample and the next command for each group.

    The messages stay in the DLQ. Each one is read once, which counts as a receive attempt. Numbers, ids, UUIDs, ARNs, times and
    email addresses in reasons are masked, so messages whose reasons differ only in these are in one group. Exit status 0: the
    DLQ was read. 1: the reading ended early.

    Example: queuesmith dlq triage dev orders --by exception
    """
    matches = predicate(match, where, reason)
    if file is not None and limit is not None:
        raise UsageError("--limit cannot be used with --file, which is read to its end")
    with graceful_shutdown() as stop:
        if file is None:
            result = _triage_dlq(target, output, stop, by, matches, limit)
        else:
            with open_copy(file) as copy:
                result = operations.triage_messages(
                    operations.read_export(copy, display_name(file)), display_name(file), by=by, match=matches
                )
        output.document(asdict(result))
        commands = _Commands(target, by, match, where, reason)
        _show(result, output, commands, top)
        _report(result, output)
        if any(commands.redrive(group) for group in result.groups):
            output.say("Next: fix a cause, then run its group's command. To delete a group: `dlq drop` with the same options")
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)
    if result.failure:
        raise typer.Exit(1)


def _triage_dlq(
    target: Target, output: Output, stop: Stop, by: str, matches: MessagePredicate | None, limit: int | None
) -> operations.TriageResult:
    worker = target.worker()
    with output.board() as board:

        def on_progress(result: operations.TriageResult) -> None:
            total = min(max(result.approximate_count, result.received), limit or result.approximate_count)
            board.show("Received", result.received, max(total, result.received))

        return operations.triage_queue(
            worker.sqs, worker.dead_letter_queue, by=by, match=matches, limit=limit, stop=stop, on_progress=on_progress
        )


@dataclass(frozen=True)
class _Commands:
    """The commands for a group: for the same worker, with the options of this triage."""

    target: Target
    by: str
    match: str | None
    where: str | None
    reason: str | None

    def redrive(self, group: operations.MessageGroup) -> str | None:
        """The command that shows which messages a redrive of the group would move. None if no options select the group."""
        if group.where is None or not any(self.target.options[each] for each in ("environment", "queue", "function")):
            return None
        if self.by == operations.BY_REASON:
            selection = words(match=self.match, where=self.where, reason=group.value)
        else:
            both = group.where if self.where is None else f"({self.where}) && {group.where}"
            selection = words(match=self.match, where=both, reason=self.reason)
        return self.target.command_line("dlq redrive", *selection, "--dry-run")

    def logs(self, group: operations.MessageGroup) -> str | None:
        """The command that shows why the sample failed. None if the DLQ already has the reason."""
        if not (group.sample_reason.startswith(TOO_OFTEN) and group.first_sent and group.sample_message_id):
            return None
        return self.target.command_line("logs", *words(since=group.first_sent, message_id=group.sample_message_id))


def _show(result: operations.TriageResult, output: Output, commands: _Commands, top: int) -> None:
    read = f"{result.received:,} of about {counted(result.approximate_count, 'message')} read"
    output.line(f"{result.queue}: {read}, {counted(len(result.groups), 'group')} by {result.by}")
    for group in result.groups[:top]:
        output.line()
        output.line(f"{group.count:,}  {_text(group, result.by)}")
        if group.first_sent:
            until = "" if group.last_sent == group.first_sent else f" to {group.last_sent}"
            output.line(f"  sent {group.first_sent}{until}")
        output.line(f"  sample {group.sample_message_id or ''} {' '.join(group.sample_body.split())}")
        if result.by != operations.BY_REASON and group.sample_reason:
            output.line(f"    reason: {group.sample_reason}")
        if command := commands.redrive(group):
            for each in filter(None, (commands.logs(group), command)):
                output.line(f"  {each}")
    if (more := result.groups[top:]) and not output.as_json:
        messages = counted(sum(group.count for group in more), "message")
        output.say(f"{counted(len(more), 'smaller group')} with {messages} not shown. To show them: --top {len(result.groups)}")


def _text(group: operations.MessageGroup, by: str) -> str:
    if by == operations.BY_REASON and group.value == "":
        return "(no reason)"
    if group.value is None:
        return "(none)"
    return group.value if isinstance(group.value, str) else json.dumps(group.value, ensure_ascii=False)


def _report(result: operations.TriageResult, output: Output) -> None:
    if result.not_matching:
        output.say(f"In no group, because they do not match: {counted(result.not_matching, 'message')}.")
    if (missing := result.approximate_count - result.received) > 0 and not result.failure:
        places = "in flight elsewhere, beyond --limit, or behind other messages of their group in a FIFO queue"
        output.say(f"Not read: about {counted(missing, 'message')}. They are {places}.")
    if result.failure:
        output.say(f"The reading ended early: {result.failure}")
    if result.left_invisible:
        output.say(still_invisible(result.left_invisible, result.visibility_timeout))

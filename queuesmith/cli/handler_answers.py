"""The output of `invoke`: the events for the handler, and the outcome of the messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from queuesmith.cli.output import Output
from queuesmith.common.printing import counted, to_json
from queuesmith.packaging.requirements import LOCK_AGAIN, requirement_files

if TYPE_CHECKING:
    from queuesmith.operations.invocation.function import Function
    from queuesmith.operations.invocation.handler_run import Batch
    from queuesmith.operations.messages import Message

LONGEST_BODY = 60
"""The number of characters of a body in the table."""


def show_events(function: Function, given: Sequence[Message], output: Output) -> None:
    """Print the events that the handler would receive."""
    from queuesmith.operations.invocation.handler_run import events

    made = list(events(function, given))
    output.document({"events": made})
    for line in "\n".join(map(to_json, made)).split("\n"):
        output.line(line)
    output.say("Nothing was run. Next: the same without --dry-run")


def show_batches(function: Function, batches: Sequence[Batch], output: Output) -> None:
    """Print the outcome of each message, the handler's answers or errors, and the totals."""
    outcomes = [result.outcome for batch in batches for result in batch.messages]
    counts = {"worked": outcomes.count("worked"), "failed": outcomes.count("failed")}
    about = {"function": function.name, "handler": function.handler, "source": str(function.code)}
    output.document({**about, **counts, "batches": [asdict(batch) for batch in batches]})
    rows = [
        (result.message_id, str(batch.number), result.outcome, " ".join(result.body[:LONGEST_BODY].split()))
        for batch in batches
        for result in batch.messages
    ]
    if rows:
        output.table("", ("message", "batch #", "outcome", "body"), rows)
    for batch in batches:
        _show_answer(batch, output)
    output.say(f"{counted(len(outcomes), 'message')}: {counts['worked']:,} worked, {counts['failed']:,} failed")


def _show_answer(batch: Batch, output: Output) -> None:
    after, failure = f"after {batch.seconds:.3f} s", batch.failure
    if failure is None:
        output.line(f"batch {batch.number} answered {after}: {to_json(batch.answer, compact=True)}")
    else:
        output.line(f"batch {batch.number} failed {after}: {failure.type}: {failure.message}")
        for line in failure.traceback.splitlines():
            output.line(f"    {line}")
    if batch.note:
        output.line(f"    {batch.note}")


def way_out(function: Function, batches: Sequence[Batch]) -> str:
    """The suggested command after a failure; empty if only the handler's author can fix it."""
    failures = [batch.failure for batch in batches if batch.failure]
    requirements = next((file for file in requirement_files(function.code) if file.is_file()), None)
    if any(failure.type == "Runtime.ImportModuleError" for failure in failures) and requirements is not None:
        inputs = requirements.with_suffix(".in")
        pinned = f". Add what it does not have to {inputs}, and {LOCK_AGAIN}" if inputs.is_file() else ""
        return f"pip install -r {requirements}, into the Python that queuesmith runs in{pinned}"
    return ""

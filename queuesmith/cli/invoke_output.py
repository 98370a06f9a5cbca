"""The output of `invoke`: the events for the handler, and the outcome of the messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from queuesmith import operations
from queuesmith.cli.output import Output
from queuesmith.common.printing import counted, to_json
from queuesmith.packaging.requirements import RELOCK_HINT, requirement_files

LONGEST_BODY = 60
"""The number of characters of a body in the table."""


def show_events(function: operations.LocalFunction, messages: Sequence[operations.Message], output: Output) -> None:
    """Print the events that the handler would receive."""
    created = list(operations.build_events(function, messages))
    output.document({"events": created})
    for line in "\n".join(map(to_json, created)).split("\n"):
        output.line(line)
    output.say("The handler was not run. Next: the same command without --dry-run")


def show_results(function: operations.LocalFunction, results: Sequence[operations.InvocationResult], output: Output) -> None:
    """Print the outcome of each message, the handler's responses or errors, and the totals."""
    outcomes = [message.outcome for result in results for message in result.messages]
    totals = {"processed": outcomes.count("processed"), "failed": outcomes.count("failed")}
    about = {"function": function.name, "handler": function.handler, "code": str(function.code)}
    output.document({**about, **totals, "batches": [asdict(result) for result in results]})
    rows = [
        (message.message_id, str(result.number), message.outcome, " ".join(message.body[:LONGEST_BODY].split()))
        for result in results
        for message in result.messages
    ]
    if rows:
        output.table("", ("message", "batch #", "outcome", "body"), rows)
    for result in results:
        _show_response(result, output)
    output.say(f"{counted(len(outcomes), 'message')}: {totals['processed']:,} processed, {totals['failed']:,} failed")


def _show_response(result: operations.InvocationResult, output: Output) -> None:
    after, failure = f"after {result.seconds:.3f} s", result.failure
    if failure is None:
        output.line(f"batch {result.number} returned {after}: {to_json(result.response, compact=True)}")
    else:
        output.line(f"batch {result.number} failed {after}: {failure.type}: {failure.message}")
        for line in failure.traceback.splitlines():
            output.line(f"    {line}")
    if result.note:
        output.line(f"    {result.note}")


def missing_module_hint(function: operations.LocalFunction, results: Sequence[operations.InvocationResult]) -> str:
    """How to install a module that the handler could not import; empty if nothing is missing or it has no requirements file."""
    failures = [result.failure for result in results if result.failure]
    requirements = next((file for file in requirement_files(function.code) if file.is_file()), None)
    if requirements is None or all(failure.type != "Runtime.ImportModuleError" for failure in failures):
        return ""
    inputs = requirements.with_suffix(".in")
    add = f". If it does not list the module, add it to {inputs}, and {RELOCK_HINT}" if inputs.is_file() else ""
    return f"pip install -r {requirements}, with the Python that runs queuesmith{add}"

"""`queuesmith invoke`: a worker's handler on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith.commands.log_lines import as_it_comes
from queuesmith.commands.message_file import File, Raw, name_of, opened
from queuesmith.commands.output import Output
from queuesmith.commands.target import Target, on_worker
from queuesmith.errors import UsageError
from queuesmith.project import is_project, settings_of
from queuesmith.texts import counted, to_json

if TYPE_CHECKING:
    from queuesmith.aws.worker import Worker
    from queuesmith.invocation.function import Function
    from queuesmith.invoke import Batch
    from queuesmith.messages import Message

LONGEST_BODY = 60
"""Characters of a body that the table shows."""
_GIVEN, _CODE, _VARIABLES = "Messages", "The handler", "Its environment variables"


@on_worker
def invoke(
    target: Target,
    output: Output,
    *,
    body: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A message's body. Repeat for more.", rich_help_panel=_GIVEN, show_default=False),
    ] = None,
    file: File = None,
    raw: Raw = False,
    from_dlq: Annotated[
        bool, typer.Option("--from-dlq", help="Messages of the worker's DLQ, which stay there.", rich_help_panel=_GIVEN)
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most this many of the DLQ.", rich_help_panel=_GIVEN)] = 10,
    handler: Annotated[
        str | None,
        typer.Option(metavar="MODULE.FUNCTION", help="Default: function.handler.", rich_help_panel=_CODE, show_default=False),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Default: function.source.", rich_help_panel=_CODE, show_default=False),
    ] = None,
    timeout: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=900,
            metavar="SECONDS",
            help="For one batch. Default: function.timeout.",
            rich_help_panel=_CODE,
            show_default=False,
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            metavar="N",
            help="Messages at a time. Default: source.batch_size.",
            rich_help_panel=_CODE,
            show_default=False,
        ),
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A variable. Repeat for more.", rich_help_panel=_VARIABLES, show_default=False),
    ] = None,
    deployed_environment: Annotated[
        bool, typer.Option("--deployed-environment", help="Those of the deployed function.", rich_help_panel=_VARIABLES)
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Run nothing; print the events that it would get.")] = False,
) -> None:
    """Run a worker's handler here, on messages as Lambda would hand them over, and say of each whether it worked.

    It runs in a process of its own with this Python, this shell's variables and your credentials: what it writes, it writes. It
    gets no URL of its queue and DLQ, so it changes neither. Variables of the settings count before those of the shell, those
    of --deployed-environment before them, and --env before all. Exit status 0: all worked; 1: not all.

    Example: queuesmith invoke dev orders --body '{"order_id": "o-1", "customer_id": "c-1", "lines": [{"sku": "s-1", "quantity": 1, "price": "9.90"}], "total": "9.90"}' --dry-run
    """  # noqa: E501 - an order that the sample takes
    from queuesmith.invocation.function import as_deployed, of_queue

    variables = dict(map(_variable, env or []))
    function = _function(target, handler, source)
    if not (body or file or from_dlq):
        raise UsageError("Say which messages: --body TEXT, --file FILE (- is standard input) or --from-dlq")
    given = [*map(_message, body or []), *(_messages_of(file, raw=raw) if file is not None else ())]
    if from_dlq:
        worker = target.one()
        function = of_queue(function, worker.names.queue, worker.dead_letter_queue.arn)
        given += _messages_in(worker, limit, output)
    if deployed_environment:
        function = as_deployed(function, target.one().function)
    function = function.with_variables(variables)
    function = replace(function, timeout=timeout or function.timeout, batch_size=batch_size or function.batch_size)
    if dry_run:
        _show_events(function, given, output)
        return
    batches = _run(function, given, target, output)
    failed = [result for batch in batches for result in batch.messages if result.outcome == "failed"]
    if hint := _mend(function, batches) if failed else target.again("dlq redrive") if from_dlq and given else "":
        output.say(f"Next: {hint}")
    if failed:
        raise typer.Exit(1)


def _function(target: Target, handler: str | None, source: Path | None) -> Function:
    """What is to run. Raises UsageError where neither settings nor options name it."""
    from queuesmith.aws.worker import function_name
    from queuesmith.invocation.function import of_code, of_settings

    options = target.options
    name, region = options["environment"], options["region"]
    if name is not None and is_project():
        settings = settings_of(name)
        there = settings.model_copy(update={"region": region}) if region else settings
        return of_settings(there, target.one().name, handler, source)
    if handler is None or source is None:
        here = f"There is no project in {Path.cwd()} whose settings name its handler. " if name else ""
        raise UsageError(f"{here}Name an environment and a worker in a project, or --handler MODULE.FUNCTION --source FOLDER")
    called = function_name(options["function"] or "") or "-".join(filter(None, (name, options["worker"])))
    return of_code(source, handler, name=called or None, queue=options["queue"], region=region)


def _variable(text: str) -> tuple[str, str]:
    from queuesmith.invocation.function import QUEUES

    name, equals, value = text.partition("=")
    if not (name and equals):
        raise UsageError(f'--env is "{text}", but must be NAME=VALUE')
    if name in QUEUES:
        raise UsageError(f"--env {name}: no handler gets it here, so that it changes no queue. Leave it out")
    return name, value


def _message(body: str) -> Message:
    from queuesmith.messages import Message

    if not body:
        raise UsageError("--body is empty, and SQS has no such message")
    return Message(body)


def _messages_in(worker: Worker, limit: int, output: Output) -> list[Message]:
    """Of the worker's DLQ, in which they stay."""
    from queuesmith.peek import peek

    found = peek(worker.sqs, worker.dead_letter_queue, limit=limit)
    output.say(f"{len(found.messages):,} of about {counted(found.about, 'message')} in {found.queue}, which stay there.")
    if found.left_hidden:
        output.say(f"{found.left_hidden:,} could not be put back at once: SQS does it within {found.hidden_for:,} s.")
    return found.messages


def _messages_of(file: str, *, raw: bool) -> list[Message]:
    from queuesmith.messages import read_lines

    with opened(file) as lines:
        found = list(read_lines(lines, name_of(file), raw=raw))
    if not found:
        raise UsageError(f"{name_of(file)} has no messages in it")
    return found


def _show_events(function: Function, given: Sequence[Message], output: Output) -> None:
    from queuesmith.invoke import events

    made = list(events(function, given))
    output.document({"events": made})
    for each in made:
        output.line(to_json(each))
    output.say("Nothing was run. Next: the same without --dry-run")


def _run(function: Function, given: Sequence[Message], target: Target, output: Output) -> list[Batch]:
    from queuesmith.invocation.function import shell_of
    from queuesmith.invoke import check
    from queuesmith.invoke import invoke as call

    check(function)
    shell = shell_of(target.selection.connection)
    if given and (missing := {name: key for name, key in function.not_set.items() if name not in shell}):
        names = ", ".join(f"{name} ({key})" for name, key in missing.items())
        raise UsageError(
            f"Not set: {names}. Give each with --env NAME=VALUE, or those of the deployed function: --deployed-environment"
        )
    if given:
        what = f"{function.handler} of {function.source}/ runs here, with your credentials and not the function's role"
        output.say(f"{what}: what it writes, it writes. It is given the URL of neither its queue nor its DLQ.")
        for note in function.notes:
            output.say(note)
    batches = call(function, given, shell=shell, on_output=as_it_comes(output))
    outcomes = [result.outcome for batch in batches for result in batch.messages]
    about = {"function": function.name, "handler": function.handler, "source": str(function.source)}
    counts = {"worked": outcomes.count("worked"), "failed": outcomes.count("failed")}
    document = {**about, **counts, "batches": [asdict(batch) for batch in batches]}
    output.document(document)
    _show(batches, output)
    output.say(f"{counted(len(outcomes), 'message')}: {counts['worked']:,} worked, {counts['failed']:,} failed")
    return batches


def _mend(function: Function, batches: Sequence[Batch]) -> str:
    """What to type when messages have failed; empty where nobody but the handler's author knows."""
    failures = [batch.failure for batch in batches if batch.failure]
    requirements = function.source / "requirements.txt"
    if any(failure.type == "Runtime.ImportModuleError" for failure in failures) and requirements.is_file():
        return f"pip install -r {requirements}, into the Python that queuesmith runs in"
    return ""


def _show(batches: Sequence[Batch], output: Output) -> None:
    rows = [
        (result.message_id, str(batch.number), result.outcome, " ".join(result.body[:LONGEST_BODY].split()))
        for batch in batches
        for result in batch.messages
    ]
    if rows:
        output.table("", ("message", "batch #", "outcome", "body"), rows)
    for batch in batches:
        failure = batch.failure
        if failure is not None:
            output.line(f"batch {batch.number} failed after {batch.seconds:.3f} s: {failure.type}: {failure.message}")
            for line in failure.traceback.splitlines():
                output.line(f"    {line}")
        else:
            output.line(f"batch {batch.number} answered after {batch.seconds:.3f} s: {to_json(batch.answer, compact=True)}")
        if batch.note:
            output.line(f"    {batch.note}")

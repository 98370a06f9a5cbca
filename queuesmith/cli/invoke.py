"""`queuesmith invoke`: runs a worker's handler on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from queuesmith.cli.handler_answers import show_batches, show_events, way_out
from queuesmith.cli.handler_inputs import function_of, message, messages_in_dlq, messages_of, variable
from queuesmith.cli.log_lines import as_it_comes
from queuesmith.cli.message_file import File, Raw
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import UsageError

if TYPE_CHECKING:
    from queuesmith.operations.invocation.function import Function
    from queuesmith.operations.invocation.handler_run import Batch
    from queuesmith.operations.messages import Message

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
    code: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Default: function.code.", rich_help_panel=_CODE, show_default=False),
    ] = None,
    timeout: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=5_400,
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
    from queuesmith.operations.invocation.function import as_deployed, of_queue

    variables = dict(map(variable, env or []))
    function = function_of(target, handler, code)
    if not (body or file or from_dlq):
        raise UsageError("Say which messages: --body TEXT, --file FILE (- is standard input) or --from-dlq")
    given = [*map(message, body or []), *(messages_of(file, raw=raw) if file is not None else ())]
    if from_dlq:
        worker = target.one()
        function = of_queue(function, worker.names.queue, worker.dead_letter_queue.arn)
        given += messages_in_dlq(worker, limit, output)
    if deployed_environment:
        function = as_deployed(function, target.one().function)
    function = function.with_variables(variables)
    function = replace(function, timeout=timeout or function.timeout, batch_size=batch_size or function.batch_size)
    if dry_run:
        show_events(function, given, output)
        return
    batches = _run(function, given, target, output)
    if any(result.outcome == "failed" for batch in batches for result in batch.messages):
        if hint := way_out(function, batches):
            output.say(f"Next: {hint}")
        raise typer.Exit(1)
    if from_dlq and given:
        output.say(f"Next: {target.again('dlq redrive')}")


def _run(function: Function, given: Sequence[Message], target: Target, output: Output) -> list[Batch]:
    from queuesmith.operations.invocation.function import shell_of
    from queuesmith.operations.invocation.handler_run import check
    from queuesmith.operations.invocation.handler_run import invoke as call

    check(function)
    shell = shell_of(target.selection.connection, os.environ)
    if given:
        _refuse_what_is_not_set(function, shell)
        what = f"{function.handler} of {function.code}/ runs here, with your credentials and not the function's role"
        output.say(f"{what}: what it writes, it writes. It is given the URL of neither its queue nor its DLQ.")
        for note in function.notes:
            output.say(note)
    batches = call(function, given, shell=shell, on_output=as_it_comes(output))
    show_batches(function, batches, output)
    return batches


def _refuse_what_is_not_set(function: Function, shell: Mapping[str, str]) -> None:
    """Raise UsageError if a variable that names a deployed resource has no value here."""
    if missing := {name: key for name, key in function.not_set.items() if name not in shell}:
        names = ", ".join(f"{name} ({key})" for name, key in missing.items())
        raise UsageError(
            f"Not set: {names}. Give each with --env NAME=VALUE, or those of the deployed function: --deployed-environment"
        )

"""`queuesmith invoke`: runs a worker's handler on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from queuesmith import operations
from queuesmith.cli.invoke_inputs import local_function, messages_in_dlq, messages_in_file, parse_variable, single_message
from queuesmith.cli.invoke_output import missing_module_hint, show_events, show_results
from queuesmith.cli.log_lines import log_line_printer
from queuesmith.cli.message_file import File, Raw
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target, on_worker
from queuesmith.common.errors import UsageError

_messages = partial(typer.Option, rich_help_panel="Messages")
_handler = partial(typer.Option, rich_help_panel="Handler")
_variables = partial(typer.Option, rich_help_panel="Environment variables of the handler")
_Body = Annotated[list[str] | None, _messages(metavar="TEXT", help="Body of a message. Repeat for more.")]
_FromDlq = Annotated[bool, _messages("--from-dlq", help="Use messages of the worker's DLQ. They stay in the DLQ.")]
_Limit = Annotated[int, _messages(min=1, metavar="N", help="Maximum number of messages from the DLQ.")]
_Handler = Annotated[str | None, _handler(metavar="MODULE.FUNCTION", help="The handler. Default: function.handler.")]
_Code = Annotated[Path | None, _handler(metavar="FOLDER", help="Folder with the code. Default: function.code.")]
_Timeout = Annotated[
    int | None,
    _handler(min=1, max=5_400, metavar="SECONDS", help="Timeout of one invocation. Default: function.timeout."),
]
_BatchSize = Annotated[
    int | None,
    _handler(min=1, max=10_000, metavar="N", help="Maximum number of messages in one invocation. Default: source.batch_size."),
]
_Env = Annotated[list[str] | None, _variables(metavar="NAME=VALUE", help="Set a variable. Repeat for more.")]
_DeployedEnvironment = Annotated[bool, _variables("--deployed-environment", help="Use the variables of the deployed function.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the events without running the handler.")]


@on_worker
def invoke(
    target: Target,
    output: Output,
    *,
    body: _Body = None,
    file: File = None,
    raw: Raw = False,
    from_dlq: _FromDlq = False,
    limit: _Limit = 10,
    handler: _Handler = None,
    code: _Code = None,
    timeout: _Timeout = None,
    batch_size: _BatchSize = None,
    env: _Env = None,
    deployed_environment: _DeployedEnvironment = False,
    dry_run: _DryRun = False,
) -> None:
    """Run a worker's handler on this machine, with messages in the form that Lambda passes, and show each message's outcome.

    The handler runs in a separate process with this Python and your AWS credentials. Its side effects are real. WORKER_QUEUE_URL
    and WORKER_DEAD_LETTER_QUEUE_URL are not set, so the toolkit changes no visibility timeout and sends nothing to the DLQ. Environment variables, in increasing precedence: this
    shell, the settings, --deployed-environment, --env.

    Exit status 0: all messages were processed. 1: a message failed.

    The example's message is for the sample worker in queuesmith's repository. In a project that `init` wrote, use
    --body "$(cat tests/messages/orders.json)".

    Example: queuesmith invoke dev orders --body '{"order_id": "o-1", "customer_id": "c-1", "lines": [{"sku": "s-1", "quantity": 1, "price": "9.90"}], "total": "9.90"}' --dry-run
    """  # noqa: E501 - a valid order of the sample
    variables = dict(map(parse_variable, env or []))
    function = local_function(target, handler, code)
    if not (body or file or from_dlq):
        raise UsageError("No messages are given. Use --body TEXT, --file FILE (- is standard input) or --from-dlq")
    messages = [*map(single_message, body or []), *(messages_in_file(file, raw=raw) if file is not None else ())]
    if from_dlq:
        worker = target.worker()
        function = function.with_queue_of_dlq(worker.names.queue, worker.dead_letter_queue.arn)
        messages += messages_in_dlq(worker, limit, output)
    if deployed_environment:
        function = function.with_deployed_variables(target.worker().function)
    function = function.with_variables(variables)
    function = replace(function, timeout=timeout or function.timeout, batch_size=batch_size or function.batch_size)
    if dry_run:
        show_events(function, messages, output)
        return
    results = _run(function, messages, target, output)
    if any(message.outcome == "failed" for result in results for message in result.messages):
        if hint := missing_module_hint(function, results):
            output.say(f"Next: {hint}")
        raise typer.Exit(1)
    if from_dlq and messages:
        output.say(f"Next: {target.command_line('dlq redrive')}")


def _run(
    function: operations.LocalFunction, messages: Sequence[operations.Message], target: Target, output: Output
) -> list[operations.InvocationResult]:
    operations.check_handler(function)
    shell = target.selection.connection.shell_variables(os.environ)
    if messages:
        _refuse_unset_variables(function, shell)
        output.say(
            f"Running {function.handler} of {function.code}/ on this machine, with your credentials and not the function's "
            "role. Its side effects are real. WORKER_QUEUE_URL and WORKER_DEAD_LETTER_QUEUE_URL are not set, so the toolkit "
            "changes no visibility timeout and sends nothing to the DLQ."
        )
        for note in function.notes:
            output.say(note)
    results = operations.run_handler(function, messages, shell=shell, on_output=log_line_printer(output))
    show_results(function, results, output)
    return results


def _refuse_unset_variables(function: operations.LocalFunction, shell: Mapping[str, str]) -> None:
    """Raise UsageError if a variable that names a deployed resource has no value here."""
    unset = [f"{name} ({key})" for name, key in function.unset.items() if name not in shell]
    if unset:
        raise UsageError(
            f"Environment variables without a value: {', '.join(unset)}. Set each with --env NAME=VALUE, or use those of the "
            "deployed function: --deployed-environment"
        )

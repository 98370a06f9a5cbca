"""The input of `invoke`: the function to run, its variables, and the messages."""

from __future__ import annotations

from pathlib import Path

from queuesmith import aws, operations
from queuesmith.cli.message_file import display_name, open_copy
from queuesmith.cli.output import Output, still_invisible
from queuesmith.cli.target import Target
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import counted
from queuesmith.operations.message_lines import read_lines
from queuesmith.operations.messages import Message
from queuesmith.settings.project import is_project, settings_of


def local_function(target: Target, handler: str | None, code: Path | None) -> operations.LocalFunction:
    """The function to run. Raises UsageError if neither the settings nor the options name it."""
    options = target.options
    environment, region = options["environment"], options["region"]
    if environment is not None and is_project():
        settings = settings_of(environment)
        if region:
            settings = settings.model_copy(update={"region": region})
        return operations.LocalFunction.from_settings(settings, target.worker().name, handler, code)
    if handler is None or code is None:
        problem = f"{Path.cwd()} is not a project's folder, so the handler is unknown. " if environment else ""
        raise UsageError(f"{problem}Specify a project's environment and worker, or use --handler MODULE.FUNCTION --code FOLDER")
    name = aws.function_name(options["function"] or "") or "-".join(filter(None, (environment, options["worker"])))
    return operations.LocalFunction.from_code(code, handler, name=name or None, queue=options["queue"], region=region)


def parse_variable(text: str) -> tuple[str, str]:
    """Parse a variable of `--env NAME=VALUE`.

    Raises UsageError for other forms, and for variables that no handler receives here.
    """
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise UsageError(f'--env is "{text}", but must be NAME=VALUE')
    if name in operations.QUEUE_VARIABLES:
        raise UsageError(f"--env {name} is not allowed: the handler must not change its queue or its DLQ. Remove it")
    return name, value


def single_message(body: str) -> Message:
    """The message of a `--body`. Raises UsageError if it is empty."""
    if not body:
        raise UsageError("--body is empty. SQS does not accept empty messages")
    return Message(body)


def messages_in_file(file: str, *, raw: bool) -> list[Message]:
    """The messages of a file. Raises UsageError if it contains none or cannot be read."""
    with open_copy(file) as lines:
        messages = list(read_lines(lines, display_name(file), raw=raw))
    if not messages:
        raise UsageError(f"{display_name(file)} contains no messages")
    return messages


def messages_in_dlq(worker: aws.DeployedWorker, limit: int, output: Output) -> list[Message]:
    """The messages of the worker's DLQ. They stay there."""
    result = operations.peek_messages(worker.sqs, worker.dead_letter_queue, limit=limit)
    received = f"Received {len(result.messages):,} of about {counted(result.approximate_count, 'message')} in {result.queue}"
    output.say(f"{received}. They stay in the DLQ." if result.messages else f"{received}.")
    if result.failure:
        output.say(f"The scan ended early: {result.failure}")
    if result.left_invisible:
        output.say(still_invisible(result.left_invisible, result.visibility_timeout))
    return result.messages

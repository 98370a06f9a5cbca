"""The input of `invoke`: the function to run, its variables, and the messages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from queuesmith.cli.message_file import name_of, opened
from queuesmith.cli.output import Output
from queuesmith.cli.target import Target
from queuesmith.common.errors import UsageError
from queuesmith.common.printing import counted
from queuesmith.operations.messages import Message, read_lines
from queuesmith.settings.project import is_project, settings_of

if TYPE_CHECKING:
    from queuesmith.aws.worker import DeployedWorker
    from queuesmith.operations.invocation.function import Function


def function_of(target: Target, handler: str | None, code: Path | None) -> Function:
    """The function to run. Raises UsageError if neither the settings nor the options name it."""
    from queuesmith.aws.worker import function_name
    from queuesmith.operations.invocation.function import of_code, of_settings

    options = target.options
    name, region = options["environment"], options["region"]
    if name is not None and is_project():
        settings = settings_of(name)
        there = settings.model_copy(update={"region": region}) if region else settings
        return of_settings(there, target.one().name, handler, code)
    if handler is None or code is None:
        here = f"There is no project in {Path.cwd()} whose settings name its handler. " if name else ""
        raise UsageError(f"{here}Name an environment and a worker in a project, or --handler MODULE.FUNCTION --code FOLDER")
    called = function_name(options["function"] or "") or "-".join(filter(None, (name, options["worker"])))
    return of_code(code, handler, name=called or None, queue=options["queue"], region=region)


def variable(text: str) -> tuple[str, str]:
    """Parse a variable of `--env NAME=VALUE`.

    Raises UsageError for other forms, and for variables that no handler receives here.
    """
    from queuesmith.operations.invocation.function import QUEUES

    name, equals, value = text.partition("=")
    if not (name and equals):
        raise UsageError(f'--env is "{text}", but must be NAME=VALUE')
    if name in QUEUES:
        raise UsageError(f"--env {name}: no handler gets it here, so that it changes no queue. Leave it out")
    return name, value


def message(body: str) -> Message:
    """The message of a `--body`. Raises UsageError if it is empty."""
    if not body:
        raise UsageError("--body is empty, and SQS has no such message")
    return Message(body)


def messages_of(file: str, *, raw: bool) -> list[Message]:
    """The messages of a file. Raises UsageError if it has none or cannot be read."""
    with opened(file) as lines:
        found = list(read_lines(lines, name_of(file), raw=raw))
    if not found:
        raise UsageError(f"{name_of(file)} has no messages in it")
    return found


def messages_in_dlq(worker: DeployedWorker, limit: int, output: Output) -> list[Message]:
    """The messages of the worker's DLQ. They stay there."""
    from queuesmith.operations.peeking import peek_messages

    found = peek_messages(worker.sqs, worker.dead_letter_queue, limit=limit)
    output.say(f"{len(found.messages):,} of about {counted(found.about, 'message')} in {found.queue}, which stay there.")
    if found.failure:
        output.say(f"Not all could be received: {found.failure}")
    if found.left_hidden:
        output.say(f"{found.left_hidden:,} could not be put back at once: SQS does it within {found.hidden_for:,} s.")
    return found.messages

"""Runs a worker's handler on this machine, with messages as Lambda would pass them.

    from queuesmith.operations import Message
    from queuesmith.operations.invocation import Function, invoke

    for batch in invoke(Function(Path("handlers/orders"), environment={"ORDERS_TABLE": "orders"}), [Message("{}")]):
        print(batch.failure, [message.outcome for message in batch.messages])

The handler runs in a separate process, with this Python and this shell's credentials. Its side effects are real. It receives
neither the URL of its queue nor that of its DLQ. Messages are not redelivered: each is tried once.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from queuesmith.common.errors import UsageError
from queuesmith.operations.invocation.answer import Verdict, judged
from queuesmith.operations.invocation.event import event
from queuesmith.operations.invocation.execution import Execution, Failure
from queuesmith.operations.invocation.function import Function
from queuesmith.operations.messages import Message
from queuesmith.readers.handler_code import problem_in_sources

WORKED: Literal["worked"] = "worked"
FAILED: Literal["failed"] = "failed"


@dataclass(frozen=True)
class Result:
    """The outcome of one message."""

    message_id: str
    """The message id. Generated if the message was not received from a queue."""
    outcome: Literal["worked", "failed"]
    """`worked`: Lambda would delete the message. `failed`: the message would return to the queue."""
    body: str
    """The body of the message."""


@dataclass(frozen=True)
class Batch:
    """The outcome of one invocation."""

    number: int
    """The number of the batch, from 1."""
    request_id: str
    """A generated request id. In Lambda each invocation has one."""
    seconds: float
    """Duration in seconds."""
    messages: list[Result]
    """The messages in the order of the event."""
    answer: Any
    """The handler's return value as JSON. Null if it returned nothing."""
    failure: Failure | None
    """Why the whole batch failed. Null if it did not."""
    note: str
    """A warning about the return value. Empty if there is none."""


def invoke(
    function: Function,
    messages: Sequence[Message],
    *,
    shell: Mapping[str, str] | None = None,
    on_output: Callable[[str], None] = lambda _: None,
) -> list[Batch]:
    """Call the handler with the messages, in batches, one after another in one process, as Lambda does.

    Raises UsageError if the handler is not in its folder.

    Parameters
    ----------
    function
        The function.
    messages
        The messages.
    shell
        The environment that the function's variables override; None: os.environ.
    on_output
        Receives each line that the handler writes to stdout or stderr, from a thread.

    """
    check(function)
    stream = f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
    variables = function.variables(os.environ if shell is None else shell, stream)
    with Execution(function, variables, on_output) as execution:
        return [
            _invoked(execution, function, stream, number, each) for number, each in enumerate(events(function, messages), 1)
        ]


def events(function: Function, messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    """The function's events, one a batch."""
    for start in range(0, len(messages), function.batch_size):
        yield event(messages[start : start + function.batch_size], function.queue_arn)


def check(function: Function) -> None:
    """Raise UsageError if the handler cannot be found. Problems that only the import shows are reported later."""
    code, handler = function.code, function.handler
    if not code.is_dir():
        raise UsageError(f"There is no folder {code} with the handler's code. Name it: --code FOLDER")
    module, _, name = handler.rpartition(".")
    if not (module and name):
        raise UsageError(f'The handler is "{handler}", but must be MODULE.FUNCTION, such as main.lambda_handler')
    if function.packaged and (problem := problem_in_sources(code, handler)):
        raise UsageError(f'The handler is "{handler}", but {problem}')


def _invoked(execution: Execution, function: Function, stream: str, number: int, given: dict[str, Any]) -> Batch:
    request_id, records = str(uuid.uuid4()), given["Records"]
    context = {
        "aws_request_id": request_id,
        "function_name": function.name,
        "function_version": "$LATEST",
        "invoked_function_arn": function.arn,
        "log_group_name": f"/aws/lambda/{function.name}",
        "log_stream_name": stream,
        "memory_limit_in_mb": str(function.memory),  # a string in Lambda, too
    }
    found, seconds = execution.call(given, context)
    ids = [record["messageId"] for record in records]
    if isinstance(found, Failure):
        answer, verdict = None, Verdict(set(ids), found)
    else:
        answer, verdict = found.value, judged(found.value, ids, partial=function.partial_batch_responses)
    results = [
        Result(record["messageId"], FAILED if record["messageId"] in verdict.failed else WORKED, record["body"])
        for record in records
    ]
    return Batch(number, request_id, round(seconds, 3), results, answer, verdict.failure, verdict.note)

"""Runs a worker's handler on this machine, with messages as Lambda would pass them.

    from queuesmith.operations import LocalFunction, Message, run_handler

    function = LocalFunction(Path("handlers/orders"), environment={"ORDERS_TABLE": "orders"})
    for batch in run_handler(function, [Message("{}")]):
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
from queuesmith.operations.invocation.execution_environment import ExecutionEnvironment, InvocationFailure
from queuesmith.operations.invocation.local_function import LocalFunction
from queuesmith.operations.invocation.response import Interpretation, interpret_response
from queuesmith.operations.invocation.sqs_event import sqs_event
from queuesmith.operations.messages import Message
from queuesmith.readers.handler_code import handler_problem_in_folder

__all__ = ["InvocationResult", "MessageResult", "build_events", "check_handler", "run_handler"]


@dataclass(frozen=True)
class MessageResult:
    """The outcome of one message."""

    message_id: str
    """The message id. Generated if the message was not received from a queue."""
    outcome: Literal["processed", "failed"]
    """`processed`: Lambda would delete the message. `failed`: the message would return to the queue."""
    body: str
    """The body of the message."""


@dataclass(frozen=True)
class InvocationResult:
    """The outcome of one invocation."""

    number: int
    """The number of the batch, from 1."""
    request_id: str
    """A generated request id. In Lambda each invocation has one."""
    seconds: float
    """Duration in seconds."""
    messages: list[MessageResult]
    """The messages in the order of the event."""
    response: Any
    """The handler's return value as JSON. Null if it returned nothing."""
    failure: InvocationFailure | None
    """Why the whole batch failed. Null if it did not."""
    note: str
    """A warning about the return value. Empty if there is none."""


def run_handler(
    function: LocalFunction,
    messages: Sequence[Message],
    *,
    shell: Mapping[str, str] | None = None,
    on_output: Callable[[str], None] = lambda _: None,
) -> list[InvocationResult]:
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
        Called with each line that the handler writes to stdout or stderr. The call comes from a separate thread.

    """
    check_handler(function)
    stream = f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
    variables = function.variables(os.environ if shell is None else shell, stream)
    with ExecutionEnvironment(function, variables, on_output) as environment:
        return [
            _invoke(environment, function, stream, number, event)
            for number, event in enumerate(build_events(function, messages), 1)
        ]


def build_events(function: LocalFunction, messages: Sequence[Message]) -> Iterator[dict[str, Any]]:
    """The events that Lambda would pass to the function, one for each batch."""
    for start in range(0, len(messages), function.batch_size):
        yield sqs_event(messages[start : start + function.batch_size], function.queue_arn)


def check_handler(function: LocalFunction) -> None:
    """Raise UsageError if the handler cannot be found. `run_handler` reports problems that occur only when it is imported."""
    code, handler = function.code, function.handler
    if not code.is_dir():
        raise UsageError(f"There is no folder {code} with the handler's code. Specify it: --code FOLDER")
    module, _, name = handler.rpartition(".")
    if not (module and name):
        raise UsageError(f'The handler is "{handler}", but must be MODULE.FUNCTION, such as main.lambda_handler')
    if function.packaged and (problem := handler_problem_in_folder(code, handler)):
        raise UsageError(f'The handler is "{handler}", but {problem}')


def _invoke(
    environment: ExecutionEnvironment, function: LocalFunction, stream: str, number: int, event: dict[str, Any]
) -> InvocationResult:
    request_id, records = str(uuid.uuid4()), event["Records"]
    context = {
        "aws_request_id": request_id,
        "function_name": function.name,
        "function_version": "$LATEST",
        "invoked_function_arn": function.arn,
        "log_group_name": f"/aws/lambda/{function.name}",
        "log_stream_name": stream,
        "memory_limit_in_mb": str(function.memory),  # a string in Lambda, too
    }
    response, failure, seconds = environment.invoke(event, context)
    ids = [record["messageId"] for record in records]
    if failure is not None:
        outcome = Interpretation(set(ids), failure)
    else:
        outcome = interpret_response(response, ids, partial=function.partial_batch_responses)
    results = [
        MessageResult(record["messageId"], "failed" if record["messageId"] in outcome.failed else "processed", record["body"])
        for record in records
    ]
    return InvocationResult(number, request_id, round(seconds, 3), results, response, outcome.failure, outcome.note)

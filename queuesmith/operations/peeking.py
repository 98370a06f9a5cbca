"""Reads the messages of a DLQ and makes them visible again.

    from queuesmith.operations import matcher, peek_messages

    for message in peek_messages(boto3.client("sqs"), dlq, limit=100, match=matcher("total > `100`")).messages:
        print(message.message_id, message.reason)

Each read counts as a receive attempt of the message.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error
from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.errors import UsageError
from queuesmith.common.signals import Stop
from queuesmith.common.times import iso
from queuesmith.operations.message_scan import QueueScan
from queuesmith.operations.messages import Message, MessagePredicate, attribute_as_json


@dataclass(frozen=True)
class ShownMessage:
    """A message as the command prints it."""

    message_id: str | None
    """SQS's id of the message. A copy, such as that of a redrive, has a new id."""
    body: str
    """The message's text."""
    attributes: dict[str, dict[str, str]]
    """The message attributes by name: `DataType` with `StringValue`, or with `BinaryValue` in base64."""
    group: str | None
    """The message group id. Null if the message has none."""
    deduplication_id: str | None
    """The deduplication id with which it was sent (FIFO queues only)."""
    receive_count: int
    """How often the message was received, including by this command."""
    sent: str | None
    """Time at which the message was sent, as ISO 8601 in UTC."""
    first_received: str | None
    """Time of the first receive, as ISO 8601 in UTC."""
    reason: str
    """Why the message is in the DLQ: the handler's reason, or that it was received too often. Empty if unknown. With `--main`,
    why it was in the DLQ before.
    """
    source_arn: str | None
    """ARN of the queue from which SQS moved the message. Null if the message was sent to the DLQ."""

    @classmethod
    def from_message(cls, message: Message) -> ShownMessage:
        """Convert a received message."""
        system = message.system
        return cls(
            message.message_id,
            message.body,
            {name: attribute_as_json(value) for name, value in message.attributes.items()},
            message.group,
            message.deduplication_id,
            message.receive_count,
            _time(system.get("SentTimestamp")),
            _time(system.get("ApproximateFirstReceiveTimestamp")),
            message.reason,
            system.get("DeadLetterQueueSourceArn"),
        )


@dataclass
class PeekResult:
    """The messages that were read, and the counts."""

    queue: str
    """Name of the queue that was read."""
    approximate_count: int
    """SQS's estimate of the number of messages in the queue, including invisible messages."""
    received: int = 0
    """Number of messages that were received, including those that do not match."""
    messages: list[Message] = field(default_factory=list)
    """The matching messages, in the order in which SQS returned them."""
    left_invisible: int = 0
    """Number of messages whose visibility timeout could not be reset to 0. They stay invisible until it ends."""
    visibility_timeout: int = 0
    """The visibility timeout, in seconds, with which the messages were received."""
    failure: str | None = None
    """The error that ended the scan early. Null if there was none."""


def peek_messages(
    sqs: Any,
    queue: DeployedQueue,
    *,
    limit: int = 10,
    match: MessagePredicate | None = None,
    stop: Stop | None = None,
    on_progress: Callable[[PeekResult], None] = lambda _: None,
) -> PeekResult:
    """Read up to `limit` messages, each once, and make them visible again.

    Each read counts as a receive attempt, so on a queue with a redrive policy it counts towards `maxReceiveCount`. Until the
    first message has been read, boto3's exceptions propagate. Later ones are reported in `failure`.

    Parameters
    ----------
    sqs
        The boto3 client.
    queue
        The queue to read.
    limit
        The largest number of messages to return.
    match
        Returns whether a message is wanted; None: all are.
    stop
        Ends the scan early.
    on_progress
        Called with the result so far after each batch.

    """
    with QueueScan(sqs, queue, stop, limit=limit if match is None else None) as scan:
        result = PeekResult(queue.name, scan.depth.total, visibility_timeout=scan.visibility_timeout)
        try:
            for batch in scan.batches():
                result.messages += [message for message in batch if match is None or match(message)]
                result.received = scan.received
                on_progress(result)
                if len(result.messages) >= limit:
                    break
        except (BotoCoreError, ClientError) as error:
            if not scan.received:
                raise
            result.failure = str(as_aws_error(error))
        del result.messages[limit:]
    result.left_invisible = scan.left_invisible
    return result


def matcher(expression: str) -> MessagePredicate:
    """Return a function that tells whether a JMESPath expression matches a message's JSON body.

    A body that is not JSON, or on which the expression fails, does not match. Raises UsageError if the expression is invalid.
    """
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        compiled = jmespath.compile(expression)
    except JMESPathError as error:
        problem = " ".join(str(error).split())
        raise UsageError(
            f"--match is not a JMESPath expression: {problem}. Example: --match \"customer_id == 'c-1'\""
        ) from error

    def matches(message: Message) -> bool:
        try:
            value = compiled.search(json.loads(message.body))
        except (ValueError, TypeError, ArithmeticError, RecursionError, JMESPathError):
            return False
        return value is not None and value is not False and value not in ("", [], {})  # JMESPath's truth: 0 is true

    return matches


def _time(milliseconds: str | None) -> str | None:
    return iso(datetime.fromtimestamp(int(milliseconds) / 1000, UTC)) if milliseconds else None

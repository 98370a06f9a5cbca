"""Reads the messages of a DLQ and makes them visible again.

    from queuesmith.operations import matcher, peek_messages

    for message in peek_messages(boto3.client("sqs"), dlq, limit=100, match=matcher("total > `100`")).messages:
        print(message.message_id, message.reason)

Each read counts as a receive attempt of the message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.signals import Stop
from queuesmith.operations.messages import Message, MessagePredicate, attribute_as_json
from queuesmith.operations.reading import QueueReading, read_queue


@dataclass(frozen=True)
class ShownMessage:
    """A message as `queuesmith dlq peek` prints it."""

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
    """Why the message is in the DLQ: the handler's reason, EventBridge's error, or that it was received too often. Empty if
    unknown. With `--main`: why the message was in the DLQ, if it has been redriven since."""
    source_arn: str | None
    """ARN of the queue from which SQS moved the message. Null if the message was sent to the DLQ directly."""

    @classmethod
    def from_message(cls, message: Message) -> ShownMessage:
        """Convert a received message."""
        return cls(
            message.message_id,
            message.body,
            {name: attribute_as_json(value) for name, value in message.attributes.items()},
            message.group,
            message.deduplication_id,
            message.receive_count,
            message.sent,
            message.first_received,
            message.reason,
            message.source_arn,
        )


@dataclass
class PeekResult(QueueReading):
    """The messages that were read, and the counts."""

    messages: list[Message] = field(default_factory=list)
    """The matching messages, in the order in which SQS returned them."""


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
    result = PeekResult(queue.name)

    def use(batch: list[Message]) -> bool:
        result.messages += [message for message in batch if match is None or match(message)]
        on_progress(result)
        return len(result.messages) < limit

    read_queue(sqs, queue, result, use, limit=limit if match is None else None, stop=stop)
    del result.messages[limit:]
    return result

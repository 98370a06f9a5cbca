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

from queuesmith.aws.queues import Queue
from queuesmith.aws.refusals import explained
from queuesmith.common.errors import UsageError
from queuesmith.common.signals import Stop
from queuesmith.common.times import iso
from queuesmith.operations.message_scan import Scan
from queuesmith.operations.messages import Match, Message, readable


@dataclass(frozen=True)
class ShownMessage:
    """A message as the command prints it."""

    message_id: str | None
    """As SQS named it."""
    body: str
    """As it was sent."""
    attributes: dict[str, dict[str, str]]
    """By name: `DataType` with `StringValue`, or with `BinaryValue` as base64."""
    group: str | None
    """Its message group, if it has one."""
    deduplication_id: str | None
    """On FIFO, the one that it was sent with."""
    receive_count: int
    """How often it was received, this look included."""
    sent: str | None
    """When it was sent, as ISO 8601 in UTC."""
    first_seen: str | None
    """When it was first received, as ISO 8601 in UTC."""
    reason: str
    """Why it is in the DLQ: what the handler said, or received too often; empty if neither; with `--main`, why it was there."""
    source: str | None
    """The ARN of the queue that SQS moved it from; null where it was sent here."""

    @classmethod
    def of(cls, message: Message) -> ShownMessage:
        """Convert a received message."""
        system = message.system
        return cls(
            message.message_id,
            message.body,
            {name: readable(value) for name, value in message.attributes.items()},
            message.group,
            message.deduplication_id,
            message.receive_count,
            _moment(system.get("SentTimestamp")),
            _moment(system.get("ApproximateFirstReceiveTimestamp")),
            message.reason,
            system.get("DeadLetterQueueSourceArn"),
        )


@dataclass
class PeekResult:
    """The messages that were read, and the counts."""

    queue: str
    """The queue's name."""
    about: int
    """How many messages the queue holds, as SQS estimates it; those hidden by others included."""
    looked_at: int = 0
    """How many were received, whether they match or not."""
    messages: list[Message] = field(default_factory=list)
    """Those that were wanted, in the order in which SQS gave them."""
    left_hidden: int = 0
    """How many could not be given back; they come back after `hidden_for` seconds."""
    hidden_for: int = 0
    """Seconds."""
    failure: str | None = None
    """What ended the look before its end; null if nothing did."""


def peek_messages(
    sqs: Any,
    queue: Queue,
    *,
    limit: int = 10,
    match: Match | None = None,
    stop: Stop | None = None,
    on_progress: Callable[[PeekResult], None] = lambda _: None,
) -> PeekResult:
    """Read up to `limit` messages, each once, and make them visible again.

    Each read counts as a receive attempt, so on a queue with a redrive policy it counts towards `maxReceiveCount`. Raises what
    boto3 raises before the first message was read. Later errors are reported in `failure`.

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
    with Scan(sqs, queue, stop, most=limit if match is None else None) as scan:
        found = PeekResult(queue.name, scan.depth.total, hidden_for=scan.hidden_for)
        try:
            for batch in scan.batches():
                found.messages += [message for message in batch if match is None or match(message)]
                found.looked_at = scan.looked_at
                on_progress(found)
                if len(found.messages) >= limit:
                    break
        except (BotoCoreError, ClientError) as error:
            if not scan.looked_at:
                raise
            found.failure = str(explained(error))
        del found.messages[limit:]
    found.left_hidden = scan.left_hidden
    return found


def matcher(expression: str) -> Match:
    """Return a function that tells whether a JMESPath expression matches a message's JSON body.

    A body that is not JSON, or on which the expression fails, does not match. Raises UsageError if the expression is invalid.
    """
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        compiled = jmespath.compile(expression)
    except JMESPathError as error:
        said = " ".join(str(error).split())
        raise UsageError(f"--match is no JMESPath expression: {said}. One is: --match \"customer_id == 'c-1'\"") from error

    def matches(message: Message) -> bool:
        try:
            found = compiled.search(json.loads(message.body))
        except (ValueError, TypeError, ArithmeticError, RecursionError, JMESPathError):
            return False
        return found is not None and found is not False and found not in ("", [], {})

    return matches


def _moment(milliseconds: str | None) -> str | None:
    if not milliseconds:
        return None
    return iso(datetime.fromtimestamp(int(milliseconds) / 1000, UTC))

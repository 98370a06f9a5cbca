"""Reads the messages of a queue once, and returns them to the queue. `dlq peek` and `dlq triage` are built on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error
from queuesmith.aws.queues import DeployedQueue
from queuesmith.common.signals import Stop
from queuesmith.operations.message_scan import QueueScan
from queuesmith.operations.messages import Message


@dataclass
class QueueReading:
    """How much of a queue was read."""

    queue: str
    """Name of the queue that was read."""
    approximate_count: int = 0
    """SQS's estimate of the number of messages in the queue, including invisible messages."""
    received: int = 0
    """Number of messages that were received, including those that do not match."""
    left_invisible: int = 0
    """Number of messages whose visibility timeout could not be reset to 0. They stay invisible until it ends."""
    visibility_timeout: int = 0
    """The visibility timeout, in seconds, with which the messages were received."""
    failure: str | None = None
    """The error that ended the scan early. Null if there was none."""


def read_queue(
    sqs: Any,
    queue: DeployedQueue,
    reading: QueueReading,
    use: Callable[[list[Message]], bool],
    *,
    limit: int | None = None,
    stop: Stop | None = None,
) -> None:
    """Pass each message of a queue to `use`, and make all of them visible again.

    Each read counts as a receive attempt, so on a queue with a redrive policy it counts towards `maxReceiveCount`. Until the
    first message has been read, boto3's exceptions propagate. Later ones are reported in `reading.failure`.

    Parameters
    ----------
    sqs
        The boto3 client.
    queue
        The queue to read.
    reading
        Receives the counts. They are up to date when `use` is called.
    use
        Receives up to ten new messages. Returns whether more are wanted.
    limit
        The number of messages after which `use` will want no more, if known.
    stop
        Ends the scan early.

    """
    with QueueScan(sqs, queue, stop, limit=limit) as scan:
        reading.approximate_count, reading.visibility_timeout = scan.depth.total, scan.visibility_timeout
        try:
            for batch in scan.batches():
                reading.received = scan.received
                if not use(batch):
                    break
        except (BotoCoreError, ClientError) as error:
            if not scan.received:
                raise
            reading.failure = str(as_aws_error(error))
    reading.left_invisible = scan.left_invisible

"""Deletes received messages, and says which of them SQS confirms as deleted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error
from queuesmith.aws.queues import DeployedQueue
from queuesmith.operations.batches import confirmed
from queuesmith.operations.rate_limit import backoff

DELETE_ATTEMPTS = 4
"""Requests for one message until its deletion counts as not confirmed."""


@dataclass
class Deletion:
    """What happened to a batch. Positions are those of the receipt handles."""

    deleted: set[int] = field(default_factory=set)
    """Positions that SQS confirms as deleted."""
    failure: str = ""
    """The error of the last request, if messages remain. Empty if SQS refused single messages only."""


def delete_batch(sqs: Any, queue: DeployedQueue, receipts: Sequence[str]) -> Deletion:
    """Delete up to ten messages by their receipt handles, in several attempts. Raises no botocore errors.

    No stop interrupts the pauses between the attempts, because a message that was copied must be deleted.
    """
    result = Deletion()
    for attempt in range(DELETE_ATTEMPTS):
        pending = [position for position in range(len(receipts)) if position not in result.deleted]
        if not pending:
            break
        time.sleep(backoff(attempt))
        entries = [{"Id": str(number), "ReceiptHandle": receipts[position]} for number, position in enumerate(pending)]
        try:
            response = sqs.delete_message_batch(QueueUrl=queue.url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            result.failure = str(as_aws_error(error))
        else:
            result.failure = ""
            result.deleted |= {pending[number] for number in confirmed(response, len(pending))}
    return result

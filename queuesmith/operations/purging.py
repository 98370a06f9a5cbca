"""Empties a queue.

    from queuesmith.operations import purge_queue

    purge_queue(boto3.client("sqs"), queue)

The function does not ask for confirmation. The command does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from queuesmith.aws.boto_errors import as_aws_error, error_code
from queuesmith.aws.lost_responses import LostResponses, may_have_succeeded
from queuesmith.aws.queues import DeployedQueue, read_depth
from queuesmith.common.errors import AwsError

PURGE_DURATION = 60
"""Seconds that SQS needs to delete the messages. It also refuses a second purge for that long (SQS API, PurgeQueue)."""


@dataclass(frozen=True)
class PurgeResult:
    """A queue that is being emptied."""

    queue: str
    """The queue's name."""
    deleted: int
    """SQS's estimate of the number of messages in the queue before the purge, including messages in flight."""


def purge_queue(sqs: Any, queue: DeployedQueue) -> PurgeResult:
    """Delete every message of a queue, including messages in flight.

    SQS takes up to a minute, and can also delete messages that are sent during that minute. Raises AwsError if the queue was
    purged less than a minute ago, or if SQS did not confirm the purge. Other errors are boto3's.
    """
    held = read_depth(sqs, queue).total
    lost = LostResponses(sqs, "sqs.PurgeQueue")
    try:
        with lost:
            sqs.purge_queue(QueueUrl=queue.url)
    except (BotoCoreError, ClientError) as error:
        if error_code(error) == "PurgeQueueInProgress":
            cause = " (possibly by this command, because a response was lost)" if lost.happened else ""
            raise AwsError(
                f"{queue.name} was purged less than {PURGE_DURATION} s ago{cause}. Try again after {PURGE_DURATION} s"
            ) from error
        if not may_have_succeeded(error):
            raise
        raise AwsError(
            f"{as_aws_error(error)}. SQS may have purged {queue.name} anyway. Check how many messages it holds"
        ) from error
    return PurgeResult(queue.name, held)

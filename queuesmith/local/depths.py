"""The queue depths of each worker on the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from queuesmith.aws.boto_errors import is_not_found
from queuesmith.aws.queues import DEPTH_ATTRIBUTES, Depth, parse_depth
from queuesmith.local.session import Session


@dataclass(frozen=True)
class WorkerDepths:
    """The queues of a worker and their depths."""

    worker: str
    """The worker's name in `config/`."""
    queue_url: str | None
    """URL of the queue. Null if the stack has no output `WORKER_queue_url`."""
    queue: Depth | None
    """Number of messages in the queue. Null if the emulator does not have it."""
    dead_letter_queue_url: str | None
    """URL of the DLQ. Null if the queue has none."""
    dead_letter_queue: Depth | None
    """Number of messages in the DLQ. Null if the emulator does not have it."""


def worker_depths(session: Session) -> list[WorkerDepths]:
    """The depths of all workers, in the order of the settings. boto3's exceptions propagate."""
    sqs = session.endpoint.client("sqs", session.region)
    urls = ((worker, urls["queue_url"], urls["dead_letter_queue_url"]) for worker, urls in session.workers.items())
    return [WorkerDepths(worker, queue, _depth(sqs, queue), dlq, _depth(sqs, dlq)) for worker, queue, dlq in urls]


def _depth(sqs: Any, url: str | None) -> Depth | None:
    if url is None:
        return None
    try:
        return parse_depth(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(DEPTH_ATTRIBUTES))["Attributes"])
    except ClientError as error:
        if is_not_found(error):
            return None
        raise

"""The queue depths of each worker on the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from queuesmith.aws.queues import DEPTHS, Depth, depth_in
from queuesmith.aws.refusals import is_missing
from queuesmith.local.session import Session


@dataclass(frozen=True)
class WorkerDepths:
    """The queues of a worker and their depths."""

    worker: str
    """The worker's name in `config/`."""
    queue_url: str | None
    """URL of the queue. Null if the emulator does not have it, for example if the settings give its ARN."""
    queue: Depth | None
    """Number of messages in the queue. Null if the emulator does not have it."""
    dead_letter_queue_url: str | None
    """URL of the DLQ. Null if there is none or the emulator does not have it."""
    dead_letter_queue: Depth | None
    """Number of messages in the DLQ. Null if the emulator does not have it."""


def depths(session: Session) -> list[WorkerDepths]:
    """The depths of all workers, in the order of the settings. Raises what boto3 raises."""
    sqs = session.endpoint.client("sqs", session.region)
    found = []
    for worker, urls in session.workers.items():
        queue, dlq = urls["queue_url"], urls["dead_letter_queue_url"]
        found.append(WorkerDepths(worker, queue, _depth(sqs, queue), dlq, _depth(sqs, dlq)))
    return found


def _depth(sqs: Any, url: str | None) -> Depth | None:
    if url is None:
        return None
    try:
        return depth_in(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(DEPTHS))["Attributes"])
    except ClientError as error:
        if is_missing(error):
            return None
        raise

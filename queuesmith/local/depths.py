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
    """What it is called in `config/`."""
    queue_url: str | None
    """The queue that it processes; null if the emulator has no such queue, as with one given by its ARN."""
    queue: Depth | None
    """How many messages are in it; null if the emulator has no such queue."""
    dead_letter_queue_url: str | None
    """Its DLQ; null if there is none, or the emulator has no such queue."""
    dead_letter_queue: Depth | None
    """How many messages are in the DLQ; null if the emulator has no such queue."""


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

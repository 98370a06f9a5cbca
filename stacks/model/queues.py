"""The queue and its DLQ as the rules' model."""

from __future__ import annotations

from queuesmith.rules import Known, Queue, Redrive, RedriveAllow, Statement, Unknown
from stacks.model.words import DLQ, QUEUE, known
from stacks.settings import WorkerSettings

_TLS_ONLY = Statement(
    effect="Deny",
    actions=("sqs:*",),
    principals=("*",),
    conditions=frozenset({("bool", "aws:securetransport", "false")}),
)


def queue_of(settings: WorkerSettings) -> Queue:
    """The queue that feeds the worker."""
    try:
        visibility: Known[int] = known(settings.visibility_timeout, "queue.visibility_timeout")
    except ValueError:  # it cannot be derived from a token
        visibility = Unknown("queue.visibility_timeout")
    return Queue(
        address=QUEUE,
        name=known(settings.name, "name"),
        arns=(QUEUE,),
        visibility_timeout=visibility,
        retention=known(settings.queue.retention, "queue.retention"),
        redrive=Redrive(known(settings.queue.max_receive_count, "queue.max_receive_count")),
        sse=True,
        policy=(_TLS_ONLY,),
        consumers=("source",),
    )


def dead_letter_queue_of(settings: WorkerSettings) -> Queue:
    """The DLQ behind it."""
    return Queue(
        address=DLQ,
        name=known(settings.dead_letter_name, "name"),
        arns=(DLQ,),
        retention=known(settings.dead_letter_queue.retention, "dead_letter_queue.retention"),
        redrive_allow=RedriveAllow("byQueue", (QUEUE,)),
        sse=True,
        policy=(_TLS_ONLY,),
    )

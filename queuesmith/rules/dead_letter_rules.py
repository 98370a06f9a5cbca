"""Rules about where failing messages go: the redrive policy and the DLQ."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.known import known
from queuesmith.rules.pipeline import Pipeline
from queuesmith.rules.queue_rules import BOTH, WARNS, within
from queuesmith.rules.rule import Said, error, rule, warning


@rule(
    "QL004",
    "a queue that feeds a worker has a dead-letter queue",
    limit="a redrive policy is there",
    reason=(
        "Without one, a message that always fails is received again and again until its retention ends. Then it is gone, and "
        "nobody was told."
    ),
    remedy="Add a dead-letter queue and a redrive policy that names it.",
    source=limits.DEAD_LETTER_QUEUES,
)
def there_is_a_dead_letter_queue(pipeline: Pipeline) -> Said:
    """QL004."""
    queue = pipeline.queue
    if known(queue.redrive) is None:
        yield error(
            queue,
            "redrive",
            f"{queue.address} has no dead-letter queue: a message that keeps failing is tried until it expires, then lost",
            f"Make a second queue and name it in {queue.key('redrive')} with a maxReceiveCount of "
            f"{limits.LEAST_RECEIVES_WITH_LAMBDA} or more",
        )


@rule(
    "QL005",
    "a message gets enough receives, and not more than SQS counts",
    limit="1 to 1,000 (error); 5 or more with Lambda (warning)",
    reason=(
        "Throttled messages and messages that are handed back unworked spend receives too, so a low count sends healthy "
        "messages to the DLQ when traffic peaks."
    ),
    remedy="Set maxReceiveCount to 5 or more.",
    source=limits.CONFIGURE_SQS_SOURCE,
    severities=BOTH,
)
def receives_are_enough(pipeline: Pipeline) -> Said:
    """QL005."""
    queue = pipeline.queue
    redrive = known(queue.redrive)
    if redrive is None:
        return
    count = known(redrive.max_receive_count)
    if count not in limits.MAX_RECEIVE_COUNT:
        yield from within(queue, "max_receive_count", count, limits.MAX_RECEIVE_COUNT)
    elif count < limits.LEAST_RECEIVES_WITH_LAMBDA:
        key = queue.key("max_receive_count")
        yield warning(
            queue,
            "max_receive_count",
            f"{key} is {count}: throttled messages spend receives too, and end in the DLQ without ever having been worked",
            f"Set {key} to {limits.LEAST_RECEIVES_WITH_LAMBDA} or more",
        )


@rule(
    "QL006",
    "the dead-letter queue is of the queue's type",
    limit="FIFO with FIFO, standard with standard",
    reason="SQS refuses a redrive policy between queues of different types.",
    remedy="Make the dead-letter queue FIFO if, and only if, the queue is.",
    source=limits.DEAD_LETTER_QUEUES,
    hard=True,
)
def dead_letter_queue_is_of_the_same_type(pipeline: Pipeline) -> Said:
    """QL006."""
    dlq = known(pipeline.dead_letter_queue)
    if dlq is None:
        return
    fifo, dlq_fifo = known(pipeline.queue.fifo), known(dlq.fifo)
    if fifo != dlq_fifo:
        names = {True: "a FIFO queue", False: "a standard queue"}
        yield error(
            dlq,
            "fifo",
            f"{pipeline.queue.address} is {names[fifo]}, but its dead-letter queue {dlq.address} is {names[dlq_fifo]}",
            f"Make {dlq.address} {names[fifo]}",
        )


@rule(
    "QL007",
    "the dead-letter queue keeps messages longer than the queue",
    limit="standard queues: DLQ retention > queue retention",
    reason=(
        "A message that moves to a standard DLQ keeps its first enqueue time. With the same retention on both, one that "
        "failed late is deleted soon after it arrives. On FIFO queues the time starts anew."
    ),
    remedy="Set the DLQ's retention to 1,209,600 s (14 days).",
    source=limits.DEAD_LETTER_QUEUES,
    severities=WARNS,
)
def dead_letters_are_kept_longer(pipeline: Pipeline) -> Said:
    """QL007."""
    dlq = known(pipeline.dead_letter_queue)
    if dlq is None or known(pipeline.queue.fifo):
        return
    kept, dlq_kept = known(pipeline.queue.retention), known(dlq.retention)
    if dlq_kept <= kept:
        better = (
            f"Set {dlq.key('retention')} to {limits.RETENTION.high} (14 days)"
            if kept < limits.RETENTION.high
            else f"Set {pipeline.queue.key('retention')} below {limits.RETENTION.high}, and {dlq.key('retention')} to that"
        )
        yield warning(
            dlq,
            "retention",
            f"{dlq.key('retention')} is {dlq_kept} s, not longer than {pipeline.queue.key('retention')} ({kept} s): a moved "
            "message keeps its age, and is deleted from the DLQ before somebody has looked at it",
            better,
        )

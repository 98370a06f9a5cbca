"""Rules about where failing messages go: the redrive policy, the DLQ, and who may use it."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.iam.policy import Statement
from queuesmith.rules.known import Unknown, known
from queuesmith.rules.pipeline import Pipeline, Queue
from queuesmith.rules.rule import BOTH, WARNS, Problems, error, for_both_queues, rule, warning, within
from queuesmith.rules.wording import amount, shown


@rule(
    "QL004",
    "a queue that feeds a worker has a dead-letter queue",
    limit="a redrive policy is there, and names another queue",
    reason=(
        "Without one, a message that always fails is received again and again until its retention ends. Then it is gone, and "
        "nobody was told."
    ),
    remedy="Add a dead-letter queue and a redrive policy that names it.",
    source=limits.DEAD_LETTER_QUEUES,
)
def there_is_a_dead_letter_queue(pipeline: Pipeline) -> Problems:
    """QL004."""
    queue = pipeline.queue
    if known(queue.redrive) is None:
        what = "has no dead-letter queue: a message that keeps failing is tried until it expires, then lost"
    elif pipeline.is_its_own_dlq:
        what = "is its own dead-letter queue: a message that keeps failing stays in it until it expires, then is lost"
    else:
        return
    remedy = (
        f"Create a second queue and name it in {queue.key('redrive')} with a maxReceiveCount of "
        f"{limits.LEAST_RECEIVES_WITH_LAMBDA} or more"
    )
    yield error(queue, "redrive", f"{queue.address} {what}", remedy)


@rule(
    "QL005",
    "a message gets enough receives, and not more than SQS counts",
    limit=f"{limits.MAX_RECEIVE_COUNT} (error); {limits.LEAST_RECEIVES_WITH_LAMBDA} or more with Lambda (warning)",
    reason=(
        "Throttled messages and messages that are handed back unprocessed spend receives too, so a low count sends healthy "
        "messages to the DLQ when traffic peaks."
    ),
    remedy=f"Set maxReceiveCount to {limits.LEAST_RECEIVES_WITH_LAMBDA} or more.",
    source=limits.CONFIGURE_SQS_SOURCE,
    severities=BOTH,
    hard_where="the count is out of range",
)
def receives_are_enough(pipeline: Pipeline) -> Problems:
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
def dead_letter_queue_is_of_the_same_type(pipeline: Pipeline) -> Problems:
    """QL006."""
    dlq = known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.is_its_own_dlq:
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
    remedy=f"Set the DLQ's retention to {limits.RETENTION.high} s (14 days).",
    source=limits.DEAD_LETTER_QUEUES,
    severities=WARNS,
)
def dead_letters_are_kept_longer(pipeline: Pipeline) -> Problems:
    """QL007."""
    dlq = known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.is_its_own_dlq or known(pipeline.queue.fifo):
        return
    kept, dlq_kept = known(pipeline.queue.retention), known(dlq.retention)
    if kept not in limits.RETENTION or dlq_kept not in limits.RETENTION:
        return  # those are QL009's
    if dlq_kept <= kept:
        most = limits.RETENTION.high
        better = (
            f"Set {dlq.key('retention')} to {most} (14 days)"
            if kept < most
            else f"Set {pipeline.queue.key('retention')} below {most}, and {dlq.key('retention')} to {most}"
        )
        yield warning(
            dlq,
            "retention",
            f"{dlq.key('retention')} is {amount(dlq_kept, 's')}, not longer than {pipeline.queue.key('retention')} "
            f"({amount(kept, 's')}): a moved message keeps its age, and is deleted from the DLQ before somebody has looked at "
            "it",
            better,
        )


@rule(
    "QL016",
    "a redrive-allow policy is one that SQS takes",
    limit=f"byQueue: {limits.REDRIVE_SOURCES} source queues; allowAll and denyAll: none",
    reason="SQS refuses any other combination.",
    remedy="Name the source queues with byQueue, or none with allowAll and denyAll.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    hard=True,
)
@for_both_queues
def redrive_allow_policy_is_valid(queue: Queue) -> Problems:
    """QL016."""
    allow = known(queue.redrive_allow)
    if allow is None:
        return
    permission, sources, key = known(allow.permission), known(allow.sources), queue.key("redrive_allow")
    if permission not in ("allowAll", "denyAll", "byQueue"):
        yield error(queue, "redrive_allow", f"{key} is {shown(permission)}", f"Set {key} to byQueue, allowAll or denyAll")
    elif permission == "byQueue" and len(sources) not in limits.REDRIVE_SOURCES:
        yield error(
            queue,
            "redrive_allow",
            f"{key} is byQueue with {len(sources)} source queues, but {limits.REDRIVE_SOURCES} are allowed",
            f"Name the queues that use it as their DLQ, or use allowAll for more than {limits.REDRIVE_SOURCES.high}",
        )
    elif permission != "byQueue" and sources:
        yield error(queue, "redrive_allow", f"{key} is {permission} and names source queues", "Take the source queues out")


@rule(
    "QL017",
    "only this queue may use the dead-letter queue",
    limit="the DLQ has byQueue, and the queue is among its sources",
    reason="Else any queue of the account may send its dead letters there, and a redrive would send them to the wrong worker.",
    remedy="Give the DLQ a redrive-allow policy with byQueue and the queue's ARN.",
    source=limits.DEAD_LETTER_QUEUES,
    severities=WARNS,
)
def redrive_is_limited(pipeline: Pipeline) -> Problems:
    """QL017."""
    dlq = known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.is_its_own_dlq:
        return
    allow, key, queue = known(dlq.redrive_allow), dlq.key("redrive_allow"), pipeline.queue
    remedy = f"Give {dlq.address} a redrive-allow policy with byQueue and the ARN of {queue.address}"
    if allow is None:
        yield warning(dlq, "redrive_allow", f"{dlq.address} takes dead letters from any queue of the account", remedy)
        return
    permission = known(allow.permission)
    if permission == "allowAll":
        yield warning(dlq, "redrive_allow", f"{key} is allowAll: it takes dead letters from any queue of the account", remedy)
    elif permission == "denyAll":
        yield warning(dlq, "redrive_allow", f"{key} is denyAll, so {queue.address} cannot use it", remedy)
    elif permission == "byQueue" and not queue.arns:
        yield Unknown(f"the ARN of {queue.address}")
    elif permission == "byQueue" and not known(Statement(resources=allow.sources).reaches(queue.arns)):
        yield warning(dlq, "redrive_allow", f"{key} does not name {queue.address}, whose dead letters it is to take", remedy)

from queuesmith.rules.authoring import Pipeline, Problems, Rule, error, known, limits, warning

RULE = Rule(
    "QL004",
    "a queue that feeds a worker must have a dead-letter queue",
    limit="the queue has a redrive policy that names another queue. For a queue that is itself a DLQ: a warning",
    reason=(
        "Without a DLQ, a message that always fails is received repeatedly until its retention period ends. Then it is "
        "deleted, and the operator is not notified."
    ),
    remedy="Add a dead-letter queue and a redrive policy that names it.",
    documentation=limits.DEAD_LETTER_QUEUES,
    severity="error or warning",
)


def check(pipeline: Pipeline) -> Problems:
    queue = pipeline.queue
    if known(queue.redrive_policy) is None:
        what = "has no dead-letter queue: a message that keeps failing is retried until it expires, and is then lost"
    elif pipeline.queue_is_its_own_dlq:
        what = "is its own dead-letter queue: a message that keeps failing stays in it until it expires, and is then lost"
    else:
        return
    remedy = (
        f"Create a second queue and name it in {queue.attribute_path('redrive_policy')} with a maxReceiveCount of "
        f"{limits.LEAST_RECEIVES_WITH_LAMBDA} or more"
    )
    found = warning if queue.is_dead_letter_queue else error
    yield found(queue, "redrive_policy", f"{queue.label} {what}", remedy)

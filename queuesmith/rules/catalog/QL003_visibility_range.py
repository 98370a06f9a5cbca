from queuesmith.rules.authoring import Problems, Queue, Rule, check_range, for_both_queues, limits

RULE = Rule(
    "QL003",
    "the visibility timeout is in the range that SQS accepts",
    limit=str(limits.VISIBILITY_TIMEOUT),
    reason="SQS rejects any other value when the queue is created or changed.",
    remedy="Set a visibility timeout of at most 12 hours.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    enforced_by_aws=True,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    yield from check_range(queue, "visibility_timeout", queue.visibility_timeout, limits.VISIBILITY_TIMEOUT)

from queuesmith.rules.authoring import Problems, Queue, Rule, check_range, for_both_queues, limits

RULE = Rule(
    "QL009",
    "the retention is in the range that SQS accepts",
    limit=str(limits.RETENTION),
    reason="SQS rejects any other value.",
    remedy="Set a retention between one minute and 14 days.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    enforced_by_aws=True,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    yield from check_range(queue, "retention", queue.retention, limits.RETENTION)

from queuesmith.rules.authoring import Problems, Queue, Rule, for_both_queues, limits, within

RULE = Rule(
    "QL009",
    "messages are kept for a time that SQS takes",
    limit=str(limits.RETENTION),
    reason="SQS refuses any other value.",
    remedy="Set a retention between one minute and 14 days.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    hard=True,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    yield from within(queue, "retention", queue.retention, limits.RETENTION)

from queuesmith.rules.authoring import Pipeline, Rule, check_ranges, limits

RULE = Rule(
    "QL003",
    "the visibility timeout must be in the range that SQS accepts",
    limit=str(limits.VISIBILITY_TIMEOUT),
    reason="SQS rejects any other value when the queue is created or changed.",
    remedy="Set a visibility timeout of at most 12 hours.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    enforced_by_aws=True,
)

check = check_ranges(Pipeline.queues, visibility_timeout=limits.VISIBILITY_TIMEOUT)

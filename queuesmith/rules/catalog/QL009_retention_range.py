from queuesmith.rules.authoring import Pipeline, Rule, check_ranges, limits

RULE = Rule(
    "QL009",
    "the retention period must be in the range that SQS accepts",
    limit=str(limits.RETENTION),
    reason="SQS rejects any other value.",
    remedy="Set a retention period between one minute and 14 days.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    enforced_by_aws=True,
)

check = check_ranges(Pipeline.queues, retention=limits.RETENTION)

from queuesmith.rules.authoring import Rule, check_ranges, limits

RULE = Rule(
    "QL104",
    "the maximum concurrency must be in the range that Lambda accepts",
    limit=str(limits.MAXIMUM_CONCURRENCY),
    reason="Lambda rejects any other value. The provider checks only the lower end.",
    remedy="Set a value in the range. To process one message at a time, use a FIFO queue with one message group.",
    documentation=limits.SQS_SCALING,
    enforced_by_aws=True,
)

check = check_ranges(lambda pipeline: [pipeline.mapping], maximum_concurrency=limits.MAXIMUM_CONCURRENCY)

from queuesmith.rules.authoring import Rule, limits

RULE = Rule(
    "QL505",
    "the workload must not reach the limit of messages in flight",
    limit="messages in flight under the workload ≤ 95% of 120,000 (advice; checked only if the settings have a `workload`)",
    reason="At the limit, polling returns nothing although messages wait.",
    remedy="Lower the batch size or the concurrency, or divide the messages among several queues.",
    documentation=limits.SQS_QUOTAS,
    severity="warning",
)

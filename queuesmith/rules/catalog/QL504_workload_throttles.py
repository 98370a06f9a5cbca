from queuesmith.rules.authoring import Rule, limits

RULE = Rule(
    "QL504",
    "the workload must not be throttled",
    limit="no throttled batches under the workload (advice; checked only if the settings have a `workload`)",
    reason="Each throttled batch uses up a receive attempt of its messages. Messages that never failed can reach the DLQ.",
    remedy="Set source.maximum_concurrency to the concurrency that the function can have, or less.",
    documentation=limits.SQS_ERRORS,
    severity="warning",
)

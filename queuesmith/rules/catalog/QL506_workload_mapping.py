from queuesmith.rules.authoring import Rule, limits

RULE = Rule(
    "QL506",
    "one queue with one mapping must be able to process the normal rate",
    limit=(
        "workload.rate ≤ the rate of one mapping at the largest concurrency that Lambda allows, or in provisioned mode at the "
        "concurrency of its event pollers (advice; checked only if the settings have a `workload`)"
    ),
    reason=(
        "Above that rate no concurrency is enough: Lambda limits the concurrency of one mapping, and SQS limits the messages "
        "in flight."
    ),
    remedy="Divide the messages among several queues, or increase the batch size.",
    documentation=limits.SQS_SCALING,
    severity="warning",
)

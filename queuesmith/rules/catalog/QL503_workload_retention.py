from queuesmith.rules.authoring import Rule, limits

RULE = Rule(
    "QL503",
    "messages of the workload must be processed before they expire",
    limit=(
        "the highest age under the workload ≤ 80% of the queue's retention (advice; checked only if the settings have a "
        "`workload`)"
    ),
    reason="SQS deletes messages after the retention period, without moving them to the DLQ.",
    remedy="Increase queue.retention, or make the worker faster.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    severity="warning",
)

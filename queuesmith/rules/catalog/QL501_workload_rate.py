from queuesmith.rules.authoring import Rule, limits

RULE = Rule(
    "QL501",
    "the worker must keep up with its workload",
    limit=(
        "workload.rate and workload.peak.rate ≤ the largest rate that the worker can sustain (advice; checked only if the "
        "settings have a `workload`)"
    ),
    reason=(
        "Above that rate, messages wait longer and longer until the peak ends. If the normal rate is too high, the queue "
        "never drains."
    ),
    remedy=(
        "Increase the concurrency, function.message_concurrency or the batch size, or suppress the finding if the messages of "
        "a peak can wait."
    ),
    documentation=limits.SQS_SCALING,
    severity="warning",
)

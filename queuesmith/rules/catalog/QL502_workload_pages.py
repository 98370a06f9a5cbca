from queuesmith.rules.authoring import Rule, limits

RULE = Rule(
    "QL502",
    "the expected workload must not cause a page",
    limit="the workload makes no paging alarm fire (advice; checked only if the settings have a `workload`)",
    reason="An alarm that pages in an expected peak wakes someone for nothing, and the next page is taken less seriously.",
    remedy="Make the worker faster, or increase the alarm's threshold.",
    documentation=limits.SQS_METRICS,
    severity="warning",
)

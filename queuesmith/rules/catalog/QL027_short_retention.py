from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, defaults, known, limits, warning

RULE = Rule(
    "QL027",
    "the queue must retain messages for longer than an outage",
    limit=f"queue retention period ≥ {amount(limits.SHORT_RETENTION, 's')} (advice, not an AWS limit)",
    reason=(
        "If the function is throttled, disabled or broken, messages wait in the queue. SQS deletes them when the retention "
        "period ends, and does not move them to the DLQ."
    ),
    remedy=f"Set the queue's retention period to {defaults.RETENTION} s (four days), the default of SQS, or longer.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    queue = pipeline.queue
    retention = known(queue.retention)
    if retention in limits.RETENTION and retention < limits.SHORT_RETENTION:  # QL009 reports values out of range
        key = queue.attribute_path("retention")
        text = (
            f"{key} is {amount(retention, 's')}, but messages wait for the end of an outage of the function: SQS deletes them "
            "earlier, and does not move them to a DLQ"
        )
        yield warning(queue, "retention", text, f"Set {key} to {defaults.RETENTION} (four days) or more")

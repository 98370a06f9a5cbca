from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, known, limits, warning

RULE = Rule(
    "QL007",
    "the dead-letter queue must retain messages longer than the queue",
    limit="standard queues: DLQ retention period > queue retention period",
    reason=(
        "A message that moves to a standard DLQ keeps its original enqueue time. If both queues have the same retention "
        "period, a message that failed late is deleted soon after it arrives in the DLQ. On FIFO queues the enqueue time is "
        "reset."
    ),
    remedy=f"Set the DLQ's retention period to {limits.RETENTION.high} s (14 days).",
    documentation=limits.DEAD_LETTER_QUEUES,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    dlq = known(pipeline.dead_letter_queue)
    if dlq is None or pipeline.queue_is_its_own_dlq or known(pipeline.queue.fifo):
        return
    retention, dlq_retention = known(pipeline.queue.retention), known(dlq.retention)
    if retention not in limits.RETENTION or dlq_retention not in limits.RETENTION:
        return  # QL009 reports these
    if dlq_retention <= retention:
        key, dlq_key, most = pipeline.queue.attribute_path("retention"), dlq.attribute_path("retention"), limits.RETENTION.high
        text = (
            f"{dlq_key} is {amount(dlq_retention, 's')}, not longer than {key} ({amount(retention, 's')}): a message keeps its "
            "age when it moves, and can be deleted from the DLQ before the operator has seen it"
        )
        remedy = (
            f"Set {dlq_key} to {most} (14 days)" if retention < most else f"Set {key} below {most}, and {dlq_key} to {most}"
        )
        yield warning(dlq, "retention", text, remedy)

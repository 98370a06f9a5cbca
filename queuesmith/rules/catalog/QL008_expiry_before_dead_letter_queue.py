from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, known, limits, warning

RULE = Rule(
    "QL008",
    "a failing message must reach the dead-letter queue before it expires",
    limit=(
        "maxReceiveCount × visibility timeout (or × the longest backoff or circuit-breaker pause, if longer) < queue retention "
        "period"
    ),
    reason=(
        "Otherwise the retention period ends while the message is still being retried, and it is lost without reaching the DLQ."
    ),
    remedy="Lower maxReceiveCount or the visibility timeout, or raise the queue's retention period.",
    documentation=limits.DEAD_LETTER_QUEUES,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    queue = pipeline.queue
    policy = known(queue.redrive_policy)
    if policy is None or pipeline.queue_is_its_own_dlq:
        return
    count, visibility, retention = known(policy.max_receive_count), known(queue.visibility_timeout), known(queue.retention)
    if (
        count not in limits.MAX_RECEIVE_COUNT
        or visibility not in limits.VISIBILITY_TIMEOUT
        or retention not in limits.RETENTION
    ):
        return  # QL005, QL003 and QL009 report these
    wait, key = visibility, queue.attribute_path("visibility_timeout")
    for attribute in ("backoff_cap", "pause_cap"):
        cap = known(getattr(pipeline.function, attribute))
        if cap is not None and wait < cap <= limits.VISIBILITY_TIMEOUT.high:
            wait, key = cap, pipeline.function.attribute_path(attribute)
    if count * wait >= retention:
        retention_key, count_key = queue.attribute_path("retention"), queue.attribute_path("max_receive_count")
        text = (
            f"{retention_key} is {amount(retention, 's')}, but {count_key} ({amount(count)}) × {key} ({amount(wait, 's')}) is "
            f"{amount(count * wait, 's')}: a failing message expires before it reaches the DLQ"
        )
        remedy = f"Lower {count_key} or {key}"
        if count * wait < limits.RETENTION.high:
            remedy = f"Set {retention_key} above {count * wait}, or lower {count_key}"
        yield warning(queue, "retention", text, remedy)

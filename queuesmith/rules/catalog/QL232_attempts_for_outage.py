from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, error, known, limits

RULE = Rule(
    "QL232",
    "messages must have enough receive attempts to outlast an outage of a dependency",
    limit=(
        f"maxReceiveCount ≥ {limits.LEAST_RECEIVES_WITH_LAMBDA} + the number of pauses that the circuit breaker makes during "
        "`outage`"
    ),
    reason="Each pause uses up a receive attempt. With fewer attempts, healthy messages move to the DLQ during the outage.",
    remedy="Remove the worker's max_receive_count, which is then derived, or set a shorter outage.",
    documentation=limits.DEAD_LETTER_QUEUES,
)


def check(pipeline: Pipeline) -> Problems:
    queue, function = pipeline.queue, pipeline.function
    outage, base, cap = known(function.outage), known(function.pause_base), known(function.pause_cap)
    if outage is None or base is None or cap is None:
        return
    policy = known(queue.redrive_policy)
    if policy is None or cap not in limits.PAUSE or not 1 <= base <= cap or outage not in limits.OUTAGE:
        return  # QL004 and QL231 report these
    count, needed = known(policy.max_receive_count), limits.recommended_max_receive_count(outage, base, cap)
    if count < needed:
        key, outage_key = queue.attribute_path("max_receive_count"), function.attribute_path("outage")
        text = (
            f"{key} is {amount(count)}, but {outage_key} is {amount(outage, 's')}: each pause uses up a receive attempt, so "
            "healthy messages move to the DLQ during such an outage"
        )
        yield error(queue, "max_receive_count", text, f"Set {key} to {needed} or more, or lower {outage_key}")

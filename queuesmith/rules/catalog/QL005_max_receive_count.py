from queuesmith.rules.authoring import Pipeline, Problems, Rule, check_range, known, limits, warning

RULE = Rule(
    "QL005",
    "a message has enough receive attempts, and no more than SQS accepts",
    limit=f"{limits.MAX_RECEIVE_COUNT} (error); {limits.LEAST_RECEIVES_WITH_LAMBDA} or more with Lambda (warning)",
    reason=(
        "Messages that are throttled or returned to the queue unprocessed use up receive attempts too, so with a low count "
        "healthy messages move to the DLQ when traffic peaks."
    ),
    remedy=f"Set maxReceiveCount to {limits.LEAST_RECEIVES_WITH_LAMBDA} or more.",
    documentation=limits.CONFIGURE_SQS_SOURCE,
    severity="error or warning",
    enforced_when="the count is out of range",
)


def check(pipeline: Pipeline) -> Problems:
    queue = pipeline.queue
    policy = known(queue.redrive_policy)
    if policy is None:
        return
    count = known(policy.max_receive_count)
    if count not in limits.MAX_RECEIVE_COUNT:
        yield from check_range(queue, "max_receive_count", count, limits.MAX_RECEIVE_COUNT)
    elif count < limits.LEAST_RECEIVES_WITH_LAMBDA:
        key = queue.attribute_path("max_receive_count")
        text = f"{key} is {count}: throttled messages use up receive attempts too, and move to the DLQ without being processed"
        yield warning(queue, "max_receive_count", text, f"Set {key} to {limits.LEAST_RECEIVES_WITH_LAMBDA} or more")

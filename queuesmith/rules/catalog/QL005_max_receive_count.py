from queuesmith.rules.authoring import Pipeline, Problems, Rule, check_range, known, limits, warning

RULE = Rule(
    "QL005",
    "a message must have enough receive attempts, and no more than SQS accepts",
    limit=f"{limits.MAX_RECEIVE_COUNT} (error); {limits.LEAST_RECEIVES_WITH_LAMBDA} or more with Lambda (warning)",
    reason=(
        "A message also uses up a receive attempt if its invocation is throttled, or if it returns to the queue unprocessed. "
        "With a low count, healthy messages move to the DLQ when traffic peaks."
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
        text = f"{key} is {count}: throttling also uses up receive attempts, and can move messages to the DLQ unprocessed"
        yield warning(queue, "max_receive_count", text, f"Set {key} to {limits.LEAST_RECEIVES_WITH_LAMBDA} or more")

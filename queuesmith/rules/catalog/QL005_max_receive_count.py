from queuesmith.rules.authoring import BOTH, Pipeline, Problems, Rule, check_range, known, limits, warning

RULE = Rule(
    "QL005",
    "a message gets enough receives, and not more than SQS counts",
    limit=f"{limits.MAX_RECEIVE_COUNT} (error); {limits.LEAST_RECEIVES_WITH_LAMBDA} or more with Lambda (warning)",
    reason=(
        "Throttled messages and messages that are handed back unprocessed spend receives too, so a low count sends healthy "
        "messages to the DLQ when traffic peaks."
    ),
    remedy=f"Set maxReceiveCount to {limits.LEAST_RECEIVES_WITH_LAMBDA} or more.",
    source=limits.CONFIGURE_SQS_SOURCE,
    severities=BOTH,
    enforced_where="the count is out of range",
)


def check(pipeline: Pipeline) -> Problems:
    queue = pipeline.queue
    redrive = known(queue.redrive)
    if redrive is None:
        return
    count = known(redrive.max_receive_count)
    if count not in limits.MAX_RECEIVE_COUNT:
        yield from check_range(queue, "max_receive_count", count, limits.MAX_RECEIVE_COUNT)
    elif count < limits.LEAST_RECEIVES_WITH_LAMBDA:
        key = queue.attribute_path("max_receive_count")
        text = f"{key} is {count}: throttled messages spend receives too, and end in the DLQ without ever having been worked"
        yield warning(queue, "max_receive_count", text, f"Set {key} to {limits.LEAST_RECEIVES_WITH_LAMBDA} or more")

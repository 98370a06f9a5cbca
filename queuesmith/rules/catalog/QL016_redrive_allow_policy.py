from queuesmith.rules.authoring import Problems, Queue, Rule, error, for_both_queues, known, limits, shown

RULE = Rule(
    "QL016",
    "a redrive-allow policy is one that SQS takes",
    limit=f"byQueue: {limits.REDRIVE_SOURCES} source queues; allowAll and denyAll: none",
    reason="SQS refuses any other combination.",
    remedy="Name the source queues with byQueue, or none with allowAll and denyAll.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    enforced_by_aws=True,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    allow = known(queue.redrive_allow)
    if allow is None:
        return
    permission, sources, key = known(allow.permission), known(allow.sources), queue.attribute_path("redrive_allow")
    if permission not in ("allowAll", "denyAll", "byQueue"):
        yield error(queue, "redrive_allow", f"{key} is {shown(permission)}", f"Set {key} to byQueue, allowAll or denyAll")
    elif permission == "byQueue" and len(sources) not in limits.REDRIVE_SOURCES:
        text = f"{key} is byQueue with {len(sources)} source queues, but {limits.REDRIVE_SOURCES} are allowed"
        remedy = f"Name the queues that use it as their DLQ, or use allowAll for more than {limits.REDRIVE_SOURCES.high}"
        yield error(queue, "redrive_allow", text, remedy)
    elif permission != "byQueue" and sources:
        yield error(queue, "redrive_allow", f"{key} is {permission} and names source queues", "Take the source queues out")

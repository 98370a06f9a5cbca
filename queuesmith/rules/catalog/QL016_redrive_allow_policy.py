from queuesmith.rules.authoring import Problems, Queue, Rule, error, for_both_queues, known, limits, quote

RULE = Rule(
    "QL016",
    "the redrive allow policy must be one that SQS accepts",
    limit=f"byQueue: {limits.REDRIVE_SOURCES} source queues; allowAll and denyAll: no source queues",
    reason="SQS rejects any other combination.",
    remedy="List the source queues with byQueue. List none with allowAll and denyAll.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    enforced_by_aws=True,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    allow = known(queue.redrive_allow_policy)
    if allow is None:
        return
    permission, sources, key = known(allow.permission), known(allow.sources), queue.attribute_path("redrive_allow_policy")
    if permission not in ("allowAll", "denyAll", "byQueue"):
        remedy = f"Set {key} to byQueue, allowAll or denyAll"
        yield error(queue, "redrive_allow_policy", f"{key} is {quote(permission)}, which SQS does not accept", remedy)
    elif permission == "byQueue" and len(sources) not in limits.REDRIVE_SOURCES:
        text = f"{key} is byQueue with {len(sources)} source queues, but {limits.REDRIVE_SOURCES} are allowed"
        remedy = (
            f"List the queues that use it as their DLQ, or use allowAll if there are more than {limits.REDRIVE_SOURCES.high}"
        )
        yield error(queue, "redrive_allow_policy", text, remedy)
    elif permission != "byQueue" and sources:
        yield error(
            queue, "redrive_allow_policy", f"{key} is {permission}, but names source queues", "Remove the source queues"
        )

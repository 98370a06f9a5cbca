from queuesmith.rules.authoring import (
    BOTH,
    Problems,
    Queue,
    Rule,
    amount,
    check_range,
    defaults,
    for_both_queues,
    known,
    limits,
    warning,
)

RULE = Rule(
    "QL015",
    "the time for which a KMS data key is used again is in range, and means something",
    limit=f"{limits.DATA_KEY_REUSE} (error); set to other than {defaults.DATA_KEY_REUSE} without KMS (warning)",
    reason="SQS refuses other values. Without KMS the attribute does nothing, so somebody meant something else.",
    remedy="Set a value in the range, beside a KMS key.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    severities=BOTH,
    enforced_where="the value is out of range",
)


@for_both_queues
def check(queue: Queue) -> Problems:
    reuse = known(queue.data_key_reuse)
    yield from check_range(queue, "data_key_reuse", reuse, limits.DATA_KEY_REUSE)
    if reuse is None or reuse == defaults.DATA_KEY_REUSE or reuse not in limits.DATA_KEY_REUSE:
        return
    if known(queue.kms_key) is None:
        key = queue.attribute_path("data_key_reuse")
        text = f"{key} is {amount(reuse, 's')}, but {queue.address} has no KMS key: it does nothing"
        yield warning(queue, "data_key_reuse", text, f"Take {key} out, or set {queue.attribute_path('kms_key')}")

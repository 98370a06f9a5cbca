from queuesmith.rules.authoring import Problems, Queue, Rule, amount, check_range, for_both_queues, known, limits, warning
from queuesmith.rules.defaults import DATA_KEY_REUSE_PERIOD

RULE = Rule(
    "QL015",
    "the reuse period of KMS data keys must be in range, and set only with a KMS key",
    limit=(
        f"the value must be {limits.DATA_KEY_REUSE_PERIOD} (error); without SSE-KMS, it must be {DATA_KEY_REUSE_PERIOD} s (the "
        "default) or not set (warning)"
    ),
    reason="SQS rejects other values. Without KMS the attribute has no effect, so it is probably a mistake.",
    remedy="Set a value in the range, together with a KMS key.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    severity="error or warning",
    enforced_when="the value is out of range",
)


@for_both_queues
def check(queue: Queue) -> Problems:
    reuse = known(queue.data_key_reuse_period)
    yield from check_range(queue, "data_key_reuse_period", reuse, limits.DATA_KEY_REUSE_PERIOD)
    if reuse is None or reuse == DATA_KEY_REUSE_PERIOD or reuse not in limits.DATA_KEY_REUSE_PERIOD:
        return
    if known(queue.kms_key) is None:
        key = queue.attribute_path("data_key_reuse_period")
        text = f"{key} is {amount(reuse, 's')}, but {queue.label} has no KMS key: this has no effect"
        yield warning(queue, "data_key_reuse_period", text, f"Remove {key}, or set {queue.attribute_path('kms_key')}")

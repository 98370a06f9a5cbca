from queuesmith.rules.authoring import Problems, Queue, Rule, Unknown, error, for_both_queues, known, limits, quote

RULE = Rule(
    "QL012",
    "attributes for FIFO queues must be set on FIFO queues only",
    limit="no content-based deduplication, deduplication scope or throughput limit on a standard queue",
    reason="SQS rejects them on a standard queue.",
    remedy="Remove the attribute, or make the queue FIFO.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    enforced_by_aws=True,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    if known(queue.fifo):
        return
    for attribute in ("content_based_deduplication", "deduplication_scope", "throughput_limit"):
        value = getattr(queue, attribute)
        if isinstance(value, Unknown):
            yield value
        elif value:
            key, what = queue.attribute_path(attribute), "true" if value is True else quote(value)
            text = f"{key} is {what}, but {queue.label} is a standard queue"
            yield error(queue, attribute, text, f"Remove {key}, or make the queue FIFO")

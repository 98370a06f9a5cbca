from queuesmith.rules.authoring import Problems, Queue, Rule, Unknown, error, for_both_queues, join_words, limits

RULE = Rule(
    "QL022",
    "each policy of a queue is set in one place",
    limit=(
        "the queue policy, redrive policy and redrive allow policy are each set by the queue's own attribute or by one other "
        "resource, unless both have the same content"
    ),
    reason=(
        "SQS stores one of each. Every apply overwrites the policy of another resource, so the policy in force depends on the "
        "order, and every plan shows a change."
    ),
    remedy="Keep one of them, with the complete policy.",
    documentation=limits.QUEUE_POLICY_RESOURCE,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    for attribute, places in queue.duplicate_attributes.items():
        if isinstance(places, Unknown):
            yield places
            continue
        policy = attribute.replace("_", " ")
        text = f"{join_words(places)} each set the {policy} of {queue.address}: every apply overwrites the others"
        yield error(queue, attribute, text)

from queuesmith.rules.authoring import Problems, Queue, Rule, Unknown, error, for_both_queues, limits, listed

RULE = Rule(
    "QL022",
    "each policy of a queue is written in one place",
    limit=(
        "queue policy, redrive policy and redrive-allow policy: the queue's own attribute or one resource for it, unless both "
        "have the same content"
    ),
    reason=(
        "SQS keeps one of each. Every apply overwrites what another resource has written, so it depends on the order who may "
        "send, and where messages go; every plan shows a change."
    ),
    remedy="Keep one of them, with all the statements.",
    source=limits.QUEUE_POLICY_RESOURCE,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    for attribute, places in queue.written_twice.items():
        if isinstance(places, Unknown):
            yield places
            continue
        policy = attribute.replace("_", " ")
        text = f"{listed(places)} each set the {policy} of {queue.address}: each apply overwrites the others"
        yield error(queue, attribute, text, "Keep one of them, with all that is to hold")

from queuesmith.rules.authoring import Problems, Queue, Rule, Unknown, error, for_both_queues, join_words, limits

RULE = Rule(
    "QL022",
    "each policy of a queue must be set in one place",
    limit=(
        "the queue policy, redrive policy and redrive allow policy are each set either by the queue's own attribute or by one "
        "separate resource. A policy that is set twice with the same content is accepted"
    ),
    reason=(
        "A queue has only one policy of each kind. Each apply of one resource overwrites the policy that the other resource "
        "has set, so the policy of the last apply is in force, and every plan shows a change."
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
        all_of_them, others = ("both", "other") if len(places) == 2 else ("all", "others")
        what = f"{all_of_them} set the {policy} of {queue.label}"
        text = f"{join_words(places)} {what}: each apply of one overwrites the {others}"
        yield error(queue, attribute, text)

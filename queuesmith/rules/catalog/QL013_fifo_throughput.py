from queuesmith.rules.authoring import Problems, Queue, Rule, error, for_both_queues, known, limits, quote

RULE = Rule(
    "QL013",
    "a throughput limit per message group must be combined with deduplication per message group",
    limit="fifo_throughput_limit perMessageGroupId requires deduplication_scope messageGroup",
    reason=(
        "SQS rejects high throughput on a queue whose deduplication scope is the queue. Neither the provider nor CDK checks "
        "this."
    ),
    remedy="Set the deduplication scope to messageGroup.",
    documentation=limits.SET_QUEUE_ATTRIBUTES,
    enforced_by_aws=True,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    if known(queue.throughput_limit) != "perMessageGroupId":
        return
    scope, key = known(queue.deduplication_scope), queue.attribute_path("deduplication_scope")
    if scope != "messageGroup":
        value = quote(scope) if scope else 'not set, which means "queue"'
        text = f'{queue.attribute_path("throughput_limit")} is "perMessageGroupId", but {key} is {value}'
        yield error(queue, "throughput_limit", text, f'Set {key} to "messageGroup"')

"""Rules about what only FIFO queues have."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.known import Unknown, known
from queuesmith.rules.pipeline import Queue
from queuesmith.rules.rule import Problems, error, for_both_queues, rule
from queuesmith.rules.wording import shown


@rule(
    "QL012",
    "attributes for FIFO queues stand on FIFO queues only",
    limit="content-based deduplication, deduplication scope, throughput limit",
    reason="SQS refuses them on a standard queue.",
    remedy="Take the attribute out, or make the queue FIFO.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    hard=True,
)
@for_both_queues
def fifo_attributes_are_on_fifo_queues(queue: Queue) -> Problems:
    """QL012."""
    if known(queue.fifo):
        return
    for attribute in ("content_based_deduplication", "deduplication_scope", "throughput_limit"):
        value = getattr(queue, attribute)
        if isinstance(value, Unknown):
            yield value
        elif value:
            what = "true" if value is True else shown(value)
            yield error(
                queue,
                attribute,
                f"{queue.key(attribute)} is {what}, but {queue.address} is a standard queue",
                f"Take {queue.key(attribute)} out, or make the queue FIFO",
            )


@rule(
    "QL013",
    "throughput per message group goes with deduplication per message group",
    limit="perMessageGroupId ⇒ messageGroup",
    reason="SQS refuses high throughput on a queue that deduplicates as a whole. Neither the provider nor CDK says so.",
    remedy="Set the deduplication scope to messageGroup.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    hard=True,
)
@for_both_queues
def group_throughput_has_group_deduplication(queue: Queue) -> Problems:
    """QL013."""
    if known(queue.throughput_limit) != "perMessageGroupId":
        return
    scope, key = known(queue.deduplication_scope), queue.key("deduplication_scope")
    if scope != "messageGroup":
        yield error(
            queue,
            "throughput_limit",
            f'{queue.key("throughput_limit")} is "perMessageGroupId", but {key} is '
            + (shown(scope) if scope else 'not set, which means "queue"'),
            f'Set {key} to "messageGroup"',
        )

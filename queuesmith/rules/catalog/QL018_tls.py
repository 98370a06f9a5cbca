from queuesmith.rules.authoring import WARNS, Problems, Queue, Rule, Unknown, for_both_queues, known, limits, warning
from queuesmith.rules.iam.actions import QUEUE_ACTIONS
from queuesmith.rules.iam.callers import WITHOUT_TLS, refuses
from queuesmith.rules.iam.outcomes import every

RULE = Rule(
    "QL018",
    "queue and dead-letter queue refuse requests without TLS",
    limit="a Deny of sqs:* on this queue, for everybody, where aws:SecureTransport is false",
    reason="SQS answers over plain http too; a policy is the only way to refuse it.",
    remedy="Add a statement to the queue policy that denies sqs:* to everybody where aws:SecureTransport is false.",
    source=limits.SQS_BEST_PRACTICES,
    severities=WARNS,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    refused = (
        policy
        if isinstance(policy, Unknown)
        else every(refuses(policy, QUEUE_ACTIONS, queue.arns, caller) for caller in WITHOUT_TLS)
        for policy in queue.policies()
    )
    if not known(every(refused)):
        remedy = (
            f"Give {queue.address} a queue policy with, or add to the one it has, a statement that denies sqs:* to * where "
            "aws:SecureTransport is false"
        )
        yield warning(queue, "policy", f"{queue.address} takes requests without TLS", remedy)

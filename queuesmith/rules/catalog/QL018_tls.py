from queuesmith.rules.authoring import Problems, Queue, Rule, Unknown, for_both_queues, known, limits, warning
from queuesmith.rules.iam.actions import QUEUE_ACTIONS
from queuesmith.rules.iam.callers import WITHOUT_TLS, denies
from queuesmith.rules.iam.three_valued_logic import all_true

RULE = Rule(
    "QL018",
    "the queue and the dead-letter queue must deny requests without TLS",
    limit="a Deny of sqs:* on the queue for every principal if aws:SecureTransport is false",
    reason="SQS also accepts requests over plain HTTP. Only a queue policy can deny them.",
    remedy="In the queue policy, deny sqs:* for all principals if aws:SecureTransport is false.",
    documentation=limits.SQS_BEST_PRACTICES,
    severity="warning",
)


@for_both_queues
def check(queue: Queue) -> Problems:
    refused = (
        policy
        if isinstance(policy, Unknown)
        else all_true(denies(policy, QUEUE_ACTIONS, queue.arns, caller) for caller in WITHOUT_TLS)
        for policy in queue.policies()
    )
    if not known(all_true(refused)):
        remedy = f"In the policy of {queue.label}, deny sqs:* for all principals if aws:SecureTransport is false"
        yield warning(queue, "policy", f"{queue.label} accepts requests without TLS", remedy)

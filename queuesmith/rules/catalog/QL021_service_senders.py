from queuesmith.rules.authoring import BOTH, Problems, Queue, Rule, Unknown, error, for_both_queues, limits, warning
from queuesmith.rules.iam.actions import QUEUE_ACTIONS
from queuesmith.rules.iam.callers import lets_in, service
from queuesmith.rules.iam.policy import Statement
from queuesmith.rules.queue_policies import SERVICE, actions_of, allowing

_SAY_FOR_WHOM = frozenset({"sns", "s3", "events"})
"""Services that say for which resource they send (aws:SourceArn)."""

RULE = Rule(
    "QL021",
    "a service may send only for resources that are named",
    limit=(
        "an Allow for a service needs a condition on aws:SourceArn, aws:SourceAccount or aws:SourceOrgID with an account or "
        "organization in each value. Without one, sqs:* is an error; less is a warning for SNS, S3 and EventBridge, and "
        "not judged for services that may not say for whom they send"
    ),
    reason="Anybody can have a topic, bucket or rule in an account of their own that sends here through the service.",
    remedy="Add a condition on aws:SourceArn, and allow sqs:SendMessage only.",
    source=limits.CONFUSED_DEPUTY,
    severities=BOTH,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    for statement, policy in allowing(queue):
        if isinstance(statement, Unknown):
            yield statement
            continue
        for principal in () if isinstance(statement.principals, Unknown) else statement.principals:
            if isinstance(principal, str) and principal.startswith(SERVICE):
                yield from _deputy(queue, statement, policy, principal.removeprefix(SERVICE))


def _deputy(queue: Queue, statement: Statement, policy: tuple[Statement, ...], name: str) -> Problems:
    """What is said of a service that may be used by somebody else."""
    for_anybody = lets_in(statement, policy, queue.arns, service(name))
    if isinstance(for_anybody, Unknown):
        yield for_anybody
    if for_anybody is not True:
        return
    text = f"the policy of {queue.address} lets {name} do {actions_of(statement)} for resources of any account"
    remedy = "Add a condition on aws:SourceArn with the ARN of the topic, bucket or rule"
    if all(map(statement.has_action, QUEUE_ACTIONS)):
        yield error(queue, "policy", text, f"{remedy}, and allow sqs:SendMessage only")
    elif name.split(".", maxsplit=1)[0] in _SAY_FOR_WHOM:
        yield warning(queue, "policy", text, remedy)
    else:
        yield Unknown(f"whether {name} says for whom it sends (aws:SourceArn)")

from queuesmith.rules.authoring import Problems, Queue, Rule, Unknown, error, for_both_queues, limits, warning
from queuesmith.rules.iam.actions import QUEUE_ACTIONS
from queuesmith.rules.iam.callers import grants, service
from queuesmith.rules.iam.policy import Statement
from queuesmith.rules.queue_policies import SERVICE, actions_of, allow_statements

_NAME_THEIR_SOURCE = frozenset({"sns", "s3", "events"})
"""Services that name the resource for which they send (aws:SourceArn)."""

RULE = Rule(
    "QL021",
    "the queue policy must let services send only on behalf of specific resources or accounts",
    limit=(
        "an Allow for a service has a condition on aws:SourceArn, aws:SourceAccount or aws:SourceOrgID, and each value "
        "identifies a specific account (or is an ARN that contains one), organization or S3 bucket (although its ARN contains "
        "no account). Without such a condition: an error if sqs:* is allowed; otherwise "
        "a warning for SNS, S3 and EventBridge, and no finding for services that might not set these keys"
    ),
    reason="Otherwise topics, buckets or rules in any AWS account can send to this queue through the service.",
    remedy="Add a condition on aws:SourceArn, and allow only sqs:SendMessage.",
    documentation=limits.CONFUSED_DEPUTY,
    severity="error or warning",
)


@for_both_queues
def check(queue: Queue) -> Problems:
    for statement, policy in allow_statements(queue):
        if isinstance(statement, Unknown):
            yield statement
            continue
        for principal in () if isinstance(statement.principals, Unknown) else statement.principals:
            if isinstance(principal, str) and principal.startswith(SERVICE):
                yield from _deputy(queue, statement, policy, principal.removeprefix(SERVICE))


def _deputy(queue: Queue, statement: Statement, policy: tuple[Statement, ...], name: str) -> Problems:
    """Check whether a service can be used as a confused deputy by resources of other accounts."""
    for_any_account = grants(statement, policy, queue.arns, service(name))
    if isinstance(for_any_account, Unknown):
        yield for_any_account
    if for_any_account is not True:
        return
    text = f"the policy of {queue.label} allows {name} to perform {actions_of(statement)} on behalf of any account"
    remedy = "Add a condition on aws:SourceArn with the ARN of the topic, bucket or rule"
    if all(map(statement.has_action, QUEUE_ACTIONS)):
        yield error(queue, "policy", text, f"{remedy}, and allow only sqs:SendMessage")
    elif name.split(".", maxsplit=1)[0] in _NAME_THEIR_SOURCE:
        yield warning(queue, "policy", text, remedy)
    else:
        yield Unknown(f"whether {name} sets aws:SourceArn")

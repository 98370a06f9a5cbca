from queuesmith.rules.authoring import Problems, Queue, Rule, Unknown, error, for_both_queues, limits
from queuesmith.rules.iam.actions import QUEUE_ACTIONS
from queuesmith.rules.iam.callers import is_public
from queuesmith.rules.queue_policies import actions_of, allow_statements

RULE = Rule(
    "QL019",
    "the queue policy must not be public",
    limit=(
        "no Allow for principal * (or NotPrincipal) that gives anonymous callers or other accounts access. A condition "
        "prevents that if it uses StringEquals, StringLike, ArnEquals, ArnLike or IpAddress on aws:SourceArn, "
        "aws:SourceAccount, aws:SourceOrgID, aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalOrgID, aws:SourceVpc, "
        "aws:SourceVpce or aws:SourceIp, and each value identifies a specific account (or is an ARN that contains "
        "one), organization, network or S3 bucket (although its ARN contains no "
        "account). Operators with IfExists or ForAllValues do not count"
    ),
    reason="Otherwise anyone with an AWS account can send messages, or receive and delete them.",
    remedy="Specify the principal, or add a condition on aws:SourceArn or aws:SourceAccount.",
    documentation=limits.PUBLIC_POLICIES,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    for statement, policy in allow_statements(queue):
        if isinstance(statement, Unknown):
            yield statement
            continue
        is_open = is_public(statement, policy, queue.arns, QUEUE_ACTIONS)
        if isinstance(is_open, Unknown):
            yield is_open
        elif is_open:
            yield error(queue, "policy", f"the policy of {queue.label} allows everyone to perform {actions_of(statement)}")

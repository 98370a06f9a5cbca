"""Rules about the services and accounts that send to a queue: for whom they send, and whether they can use its key."""

from __future__ import annotations

import re

from queuesmith.rules import defaults, limits
from queuesmith.rules.callers import QUEUE_ACTIONS, lets_in, service
from queuesmith.rules.known import Unknown, known
from queuesmith.rules.pipeline import Queue
from queuesmith.rules.policy import Statement
from queuesmith.rules.queue_access_rules import actions_of
from queuesmith.rules.rule import BOTH, WARNS, Problems, error, for_both_queues, rule, warning

_ACCOUNT = re.compile(r"(?<=:)\d{12}(?=:|$)")
_SERVICE = "Service:"
_SAY_FOR_WHOM = frozenset({"sns", "s3", "events"})
"""Services that say for which resource they send (aws:SourceArn)."""


@rule(
    "QL020",
    "whoever sends from another service or account can use the queue's key",
    limit="an AWS-managed key (alias/aws/sqs) with a policy that lets SNS, S3, EventBridge or another account send",
    reason="The policy of the AWS-managed key cannot be changed, so these senders are refused, often without anybody noticing.",
    remedy="Use SSE-SQS, or a customer managed key whose policy names the sender.",
    source=limits.SQS_KEY_MANAGEMENT,
    severities=WARNS,
)
@for_both_queues
def senders_can_use_the_key(queue: Queue) -> Problems:
    """QL020."""
    key = known(queue.kms_key)
    if key is None or not key.endswith(defaults.AWS_MANAGED_KEY):
        return
    senders: list[str] = []
    for statement in known(queue.policy):
        if not statement.allows or not statement.has_action("sqs:SendMessage"):
            continue
        if isinstance(statement.principals, Unknown):
            yield statement.principals
            continue
        for principal in statement.principals:
            if isinstance(principal, Unknown):
                yield principal
            elif _is_elsewhere(principal, queue):
                senders.append(principal.split(":", 1)[1])
    if senders:
        yield warning(
            queue,
            "kms_key",
            f"{queue.key('kms_key')} is the AWS-managed key, which {', '.join(dict.fromkeys(senders))} cannot use to send",
            "Use SSE-SQS instead, or a customer managed key whose policy names the sender",
        )


def _is_elsewhere(principal: str, queue: Queue) -> bool:
    """Whether a principal is a service, or in an account that is not the queue's own as far as is known."""
    if principal.startswith("Service:"):
        return True
    own = {account for arn in queue.arns for account in _ACCOUNT.findall(arn)}
    theirs = _ACCOUNT.findall(principal)
    return principal.startswith("AWS:") and bool(own) and bool(theirs) and not own.intersection(theirs)


@rule(
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
def services_send_for_named_resources(queue: Queue) -> Problems:
    """QL021."""
    policy = known(queue.policy)
    for statement in policy:
        if not statement.allows or isinstance(statement.principals, Unknown):
            continue
        for principal in statement.principals:
            if isinstance(principal, str) and principal.startswith(_SERVICE):
                yield from _deputy(queue, statement, policy, principal.removeprefix(_SERVICE))


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

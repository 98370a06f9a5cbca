from queuesmith.rules.authoring import (
    MaybeUnknown,
    Problems,
    Queue,
    Rule,
    ServiceSender,
    Unknown,
    error,
    for_both_queues,
    limits,
)
from queuesmith.rules.iam.callers import is_allowed, service_for
from queuesmith.rules.iam.conditions import Value
from queuesmith.rules.iam.policy import REFERENCE, account_of

_SEND = ("sqs:SendMessage",)

RULE = Rule(
    "QL024",
    "a topic, bucket or rule that is configured to send to the queue must be allowed to",
    limit=(
        "the queue policy allows sqs:SendMessage for the service principal of each SNS subscription, S3 notification and "
        "EventBridge target (without a role) that names the queue, and its conditions match the topic, bucket or rule"
    ),
    reason=(
        "SNS and EventBridge do not check the permission before they send. Without it, their messages are lost, "
        "and nothing reports it. S3 refuses to save the notification configuration. The finding can be suppressed, because the "
        "policy can be outside the checked files."
    ),
    remedy="In the queue policy, allow sqs:SendMessage for the service principal, with a condition on aws:SourceArn.",
    documentation=limits.SNS_TO_SQS,
)


@for_both_queues
def check(queue: Queue) -> Problems:
    for sender in queue.senders:
        allowed = _can_send(sender, queue)
        if isinstance(allowed, Unknown):
            yield allowed
        elif not allowed:
            is_s3 = sender.service.startswith("s3.")
            what = "S3 refuses to save the notification configuration" if is_s3 else "its messages are lost"
            text = (
                f"{sender.address} sends to {queue.label}, but the queue policy does not allow {sender.service} to send for "
                f"it: {what}"
            )
            remedy = f"In the policy of {queue.label}, allow sqs:SendMessage for {sender.service}{_condition(sender)}"
            yield error(queue, "policy", text, remedy)


def _condition(sender: ServiceSender) -> str:
    shown = [source.removeprefix(REFERENCE).removesuffix("}") for source in sender.sources]
    return f" if aws:SourceArn is {shown[-1]}" if shown else ""


def _can_send(sender: ServiceSender, queue: Queue) -> MaybeUnknown[bool]:
    """Whether the queue policy lets a service send. Unknown if it depends on which of several policies is in force."""
    accounts = tuple(known for known in map(account_of, sender.sources) if known)
    source: Value = sender.sources or Unknown(f"the source of {sender.address}")
    account: Value = accounts or Unknown(f"the account of {sender.address}")
    caller = service_for(sender.service, source, account)
    first, *others = [
        policy if isinstance(policy, Unknown) else is_allowed(policy, _SEND, queue.arns, caller) for policy in queue.policies()
    ]
    return first if all(each == first for each in others) else Unknown(f"which policy of {queue.label} is in force")

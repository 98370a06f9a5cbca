from queuesmith.rules.authoring import Pipeline, Problems, Rule, Unknown, error, join_words, known, limits
from queuesmith.rules.iam.actions import CONSUMER_ACTIONS
from queuesmith.rules.role_access import queue_access

RULE = Rule(
    "QL207",
    "the function's role must be allowed to read the queue",
    limit=(
        "sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes on the queue are allowed by the role's policies or, "
        "in the same account, by the queue policy; the role's permissions boundary allows them; and no policy denies them"
    ),
    reason=(
        "Lambda polls with the function's role. Without these permissions it rejects the mapping, or stops polling. The "
        "finding can be suppressed, because a policy outside the checked files can grant them."
    ),
    remedy="Allow the three actions on the queue's ARN, and remove statements that deny them.",
    documentation=limits.CONFIGURE_SQS_SOURCE,
)


def check(pipeline: Pipeline) -> Problems:
    role, queue = known(pipeline.role), pipeline.queue
    if not queue.arns:
        yield Unknown(queue.arn_name)
        return
    denied: dict[str, list[str]] = {}
    outside: list[str] = []
    missing: list[str] = []
    for action in CONSUMER_ACTIONS:
        access = queue_access(role, queue, action)
        if access.denied_by is not None:
            denied.setdefault(access.denied_by, []).append(action)
        elif isinstance(access.allowed, Unknown):
            yield access.allowed
        elif not access.allowed:
            (outside if access.outside_boundary else missing).append(action)
    for policy_denies_role, actions in denied.items():
        text = f"{policy_denies_role} {join_words(actions)} on {queue.label}: Lambda cannot poll it"
        yield error(role, "", text, f"Remove the Deny from that policy, or exclude {queue.label} from it")
    if outside:
        boundary = f"the permissions boundary of {role.label}"
        text = f"{boundary} does not allow {join_words(outside)} on {queue.label}: Lambda cannot poll it"
        yield error(role, "", text, f"Allow {join_words(outside)} on {queue.arn_name} in {boundary} too")
    if missing:
        text = f"{role.label} lacks {join_words(missing)} on {queue.label}: Lambda cannot poll it"
        yield error(role, "", text, f"Allow {join_words(missing)} on {queue.arn_name}")

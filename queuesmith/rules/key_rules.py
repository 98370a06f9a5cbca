"""The rule about the customer managed key that the queue is encrypted with."""

from __future__ import annotations

from queuesmith.rules import limits
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.permission_rules import may
from queuesmith.rules.pipeline import Pipeline, Role
from queuesmith.rules.policy import REFERENCE, Statement
from queuesmith.rules.queue_access_rules import AWS_MANAGED_KEY
from queuesmith.rules.rule import BOTH, Said, error, rule, warning


@rule(
    "QL209",
    "the function's role can use the queue's key",
    limit="kms:Decrypt on a customer managed key: missing is an error where the key is in the file, else a warning",
    reason="Without it Lambda gets nothing from the queue, and says nothing: messages wait until their retention ends.",
    remedy="Allow kms:Decrypt on the key's ARN.",
    source=limits.SQS_KEY_MANAGEMENT,
    severities=BOTH,
)
def key_can_be_used(pipeline: Pipeline) -> Said:
    """QL209."""
    kms_key = known(pipeline.queue.kms_key)
    if kms_key is None or kms_key.endswith(AWS_MANAGED_KEY):
        return
    key, role = known(pipeline.key), known(pipeline.role)
    if key is None:
        return
    if not key.arns:
        yield Unknown(f"the ARN of {key.address}")
        return
    if may(role, "kms:Decrypt", key.arns):
        return
    text = (
        f"{role.address} lacks kms:Decrypt on {key.address}, which encrypts {pipeline.queue.address}: Lambda gets no messages"
    )
    remedy = f"Allow kms:Decrypt on the ARN of {key.address}"
    if not key.in_file:
        yield warning(role, "", f"{text}, unless the key's policy allows it", remedy)
    elif not _policy_names(key.policy, role):
        yield error(role, "", text, remedy)


def _policy_names(policy: Known[tuple[Statement, ...]], role: Role) -> bool:
    """Whether the key's own policy lets this role decrypt. Raises NotKnownError where it may be that it does."""
    unknown: Unknown | None = None
    for statement in known(policy):
        if not statement.allows or not statement.has_action("kms:Decrypt"):
            continue
        principals = statement.principals
        for principal in (principals,) if isinstance(principals, Unknown) else principals:
            if isinstance(principal, Unknown):
                unknown = principal
            elif _is_role(principal, role):
                return True
    if unknown is not None:
        known(unknown)
    return False


def _is_role(principal: str, role: Role) -> bool:
    if principal in ("*", "AWS:*", f"AWS:{REFERENCE}{role.address}.arn}}"):
        return True
    return isinstance(role.name, str) and ":role/" in principal and principal.rsplit("/", 1)[-1] == role.name

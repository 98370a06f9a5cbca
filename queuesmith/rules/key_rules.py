"""The rule about the customer managed key that the queue is encrypted with."""

from __future__ import annotations

from queuesmith.rules import defaults, limits
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.permission_rules import may
from queuesmith.rules.pipeline import Key, Pipeline, Queue, Role
from queuesmith.rules.policy import REFERENCE, Statement
from queuesmith.rules.rule import BOTH, Problems, error, rule, warning

_IN_USE = frozenset({"Enabled", "Updating"})
"""States in which KMS uses a key; the second is that of a multi-Region key whose primary Region changes."""


@rule(
    "QL209",
    "the queue's key can be used, by the function's role too",
    limit=(
        "kms:Decrypt on a customer managed key: missing is an error where the key's policy can be read, else a warning; a key "
        "that is disabled, pending deletion or gone is an error, where that can be seen (`queuesmith doctor`)"
    ),
    reason=(
        "Without it Lambda gets nothing from the queue, and says nothing: messages wait until their retention ends. With a key "
        "that is switched off nothing can be sent either."
    ),
    remedy="Allow kms:Decrypt on the key's ARN; enable the key.",
    source=limits.SQS_KEY_MANAGEMENT,
    severities=BOTH,
)
def key_can_be_used(pipeline: Pipeline) -> Problems:
    """QL209."""
    kms_key = known(pipeline.queue.kms_key)
    if kms_key is None or kms_key.endswith(defaults.AWS_MANAGED_KEY):
        return
    key = known(pipeline.key)
    if key is None:
        return
    yield from _state(key, pipeline.queue)
    role = known(pipeline.role)
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


def _state(key: Key, queue: Queue) -> Problems:
    """What is said of a key that KMS does not use."""
    state = key.state
    if isinstance(state, Unknown):
        yield state
    elif state not in _IN_USE:
        text = f"{key.address} is {state}, and encrypts {queue.address}: messages can neither be sent nor received"
        ways = {
            "Disabled": f"Enable {key.address} again",
            "PendingDeletion": f"Cancel the deletion of {key.address}, and enable it again",
        }
        yield error(key, "", text, ways.get(state, f"Encrypt {queue.address} with another key"))


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

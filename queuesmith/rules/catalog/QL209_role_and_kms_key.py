from queuesmith.rules.authoring import KmsKey, Pipeline, Problems, Role, Rule, Unknown, defaults, error, known, limits, warning
from queuesmith.rules.role_access import key_access

_DECRYPT = "kms:Decrypt"
_IN_USE = frozenset({"Enabled", "Updating"})
"""States in which a key can be used. `Updating`: the primary Region of a multi-Region key changes."""

RULE = Rule(
    "QL209",
    "the queue's KMS key must be enabled, and the function's role must be allowed to use it",
    limit=(
        "kms:Decrypt on a customer managed key is allowed by the role's policies (if the key policy delegates to the account), "
        "by the key policy itself or by a grant; the role's permissions boundary allows it; and no policy denies it. A missing "
        "permission is an error if the key policy can be read, otherwise a warning. If the key's state is known (`queuesmith "
        "doctor`), the key is not disabled, pending deletion or missing (error)"
    ),
    reason=(
        "Without the permission Lambda receives nothing from the queue and reports no error: messages wait until their "
        "retention period ends. If the key is disabled, no message can be sent either."
    ),
    remedy="Allow kms:Decrypt on the key's ARN, and enable the key.",
    documentation=limits.SQS_KEY_MANAGEMENT,
    severity="error or warning",
)


def check(pipeline: Pipeline) -> Problems:
    kms_key = known(pipeline.queue.kms_key)
    if kms_key is None or kms_key.endswith(defaults.AWS_MANAGED_KEY):
        return
    key = known(pipeline.kms_key)
    if key is None:
        return
    yield from _state(key, pipeline)
    role = known(pipeline.role)
    if not key.arns:
        yield Unknown(key.arn_name)
        return
    yield from _use(role, key, pipeline)


def _use(role: Role, key: KmsKey, pipeline: Pipeline) -> Problems:
    """Check whether the role can use the key."""
    queue = pipeline.queue
    access = key_access(role, queue, key, _DECRYPT)
    if access.allowed is True:
        return
    what = f"{_DECRYPT} on {key.label}, which encrypts {queue.label}: Lambda receives no messages"
    remedy = f"Allow {_DECRYPT} on {key.arn_name}"
    boundary = f"the permissions boundary of {role.label}"
    if access.denied_by is not None:
        remedy_for_deny = f"Remove the Deny from that policy, or exclude {key.label} from it"
        yield error(role, "", f"{access.denied_by} {what}", remedy_for_deny)
    elif isinstance(access.allowed, Unknown):
        yield access.allowed
    elif access.outside_boundary:
        yield error(role, "", f"{boundary} does not allow {what}", f"{remedy} in {boundary} too")
    elif access.key_policy_excludes_role:
        policy = f"the policy of {key.label}"
        text = (
            f"{policy}, which encrypts {queue.label}, gives {_DECRYPT} neither to {role.label} nor to its account: "
            "Lambda receives no messages"
        )
        yield error(role, "", text, f"In {policy}, allow {_DECRYPT} for {role.label}, or kms:* for the account's root")
    elif not key.policy_is_readable:
        yield warning(role, "", f"{role.label} lacks {what}, unless the key policy allows it", remedy)
    else:
        yield error(role, "", f"{role.label} lacks {what}", remedy)


def _state(key: KmsKey, pipeline: Pipeline) -> Problems:
    """Check that the key can be used."""
    state, queue = key.state, pipeline.queue
    if isinstance(state, Unknown):
        yield state
    elif state not in _IN_USE:
        text = f"{key.label}, which encrypts {queue.label}, is {state}: messages cannot be sent or received"
        remedies = {
            "Disabled": f"Enable {key.label} again",
            "PendingDeletion": f"Cancel the deletion of {key.label}, and enable it again",
        }
        yield error(key, "", text, remedies.get(state, f"Encrypt {queue.label} with another key"))

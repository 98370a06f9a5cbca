from queuesmith.rules.authoring import KmsKey, Pipeline, Problems, Role, Rule, Unknown, defaults, error, known, limits, warning
from queuesmith.rules.role_access import key_access

_DECRYPT = "kms:Decrypt"
_IN_USE = frozenset({"Enabled", "Updating"})
"""States in which a key can be used. `Updating`: the primary Region of a multi-Region key changes."""

RULE = Rule(
    "QL209",
    "the queue's KMS key is enabled, and the function's role can use it",
    limit=(
        "kms:Decrypt on a customer managed key is allowed by the role's policies (if the key policy delegates to the account), "
        "by the key policy itself or by a grant; the role's permissions boundary allows it; and no policy denies it. If it is "
        "missing, this is an error if the key policy can be read, and otherwise a warning. A key that is disabled, pending "
        "deletion or missing is an error, if the state is known (`queuesmith doctor`)"
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
        yield Unknown(f"the ARN of {key.address}")
        return
    yield from _use(role, key, pipeline)


def _use(role: Role, key: KmsKey, pipeline: Pipeline) -> Problems:
    """Check whether the role can use the key."""
    queue = pipeline.queue
    access = key_access(role, queue, key, _DECRYPT)
    if access.allowed is True:
        return
    what = f"{_DECRYPT} on {key.address}, which encrypts {queue.address}: Lambda receives no messages"
    remedy = f"Allow {_DECRYPT} on the ARN of {key.address}"
    boundary = f"the permissions boundary of {role.address}"
    if access.denied_by is not None:
        where = access.denied_by
        remedy_for_deny = f"Remove the Deny from {where}, or exclude {key.address} from it"
        yield error(role, "", f"{where} denies {role.address} {what}", remedy_for_deny)
    elif isinstance(access.allowed, Unknown):
        yield access.allowed
    elif access.outside_boundary:
        yield error(role, "", f"{boundary} does not allow {what}", f"{remedy} in {boundary} too")
    elif access.key_policy_excludes_role:
        policy = f"the policy of {key.address}"
        text = f"{policy} allows neither {role.address} nor its account {what}"
        yield error(role, "", text, f"Allow {_DECRYPT} to {role.address}, or kms:* to the account's root, in {policy}")
    elif not key.policy_is_readable:
        yield warning(role, "", f"{role.address} lacks {what}, unless the key policy allows it", remedy)
    else:
        yield error(role, "", f"{role.address} lacks {what}", remedy)


def _state(key: KmsKey, pipeline: Pipeline) -> Problems:
    """Check that the key can be used."""
    state, queue = key.state, pipeline.queue
    if isinstance(state, Unknown):
        yield state
    elif state not in _IN_USE:
        text = f"{key.address}, which encrypts {queue.address}, is {state}: messages cannot be sent or received"
        remedies = {
            "Disabled": f"Enable {key.address} again",
            "PendingDeletion": f"Cancel the deletion of {key.address}, and enable it again",
        }
        yield error(key, "", text, remedies.get(state, f"Encrypt {queue.address} with another key"))

from queuesmith.rules.authoring import (
    BOTH,
    KmsKey,
    Pipeline,
    Problems,
    Queue,
    Role,
    Rule,
    Unknown,
    defaults,
    error,
    known,
    limits,
    warning,
)
from queuesmith.rules.role_access import key_access

_DECRYPT = "kms:Decrypt"
_IN_USE = frozenset({"Enabled", "Updating"})
"""States in which KMS uses a key; the second is that of a multi-Region key whose primary Region changes."""

RULE = Rule(
    "QL209",
    "the queue's key can be used, by the function's role too",
    limit=(
        "kms:Decrypt on a customer managed key, allowed by the role's policies if the key's policy leaves it to the account, "
        "by the key's policy itself or by a grant; by the role's permissions boundary; and denied by none. Missing is an error "
        "where the key's policy can be read, else a warning. A key that is disabled, pending deletion or gone is an error, if "
        "that can be seen (`queuesmith doctor`)"
    ),
    reason=(
        "Without it Lambda gets nothing from the queue, and says nothing: messages wait until their retention ends. With a key "
        "that is switched off nothing can be sent either."
    ),
    remedy="Allow kms:Decrypt on the key's ARN; enable the key.",
    source=limits.SQS_KEY_MANAGEMENT,
    severities=BOTH,
)


def check(pipeline: Pipeline) -> Problems:
    kms_key = known(pipeline.queue.kms_key)
    if kms_key is None or kms_key.endswith(defaults.AWS_MANAGED_KEY):
        return
    key = known(pipeline.kms_key)
    if key is None:
        return
    yield from _state(key, pipeline.queue)
    role = known(pipeline.role)
    if not key.arns:
        yield Unknown(f"the ARN of {key.address}")
        return
    yield from _use(role, pipeline.queue, key)


def _use(role: Role, queue: Queue, key: KmsKey) -> Problems:
    """What is said of a role that may not use the key."""
    access = key_access(role, queue, key, _DECRYPT)
    if access.allowed is True:
        return
    what = f"{_DECRYPT} on {key.address}, which encrypts {queue.address}: Lambda gets no messages"
    remedy = f"Allow {_DECRYPT} on the ARN of {key.address}"
    boundary = f"the permissions boundary of {role.address}"
    if access.denied_by is not None:
        where = access.denied_by
        way = f"Take the Deny out of {where}, or limit it to what is not {key.address}"
        yield error(role, "", f"{where} denies {role.address} {what}", way)
    elif isinstance(access.allowed, Unknown):
        yield access.allowed
    elif access.outside_boundary:
        yield error(role, "", f"{boundary} leaves out {what}", f"{remedy} in {boundary}, too")
    elif access.role_is_not_let_in:
        policy = f"the policy of {key.address}"
        text = f"{policy} lets neither {role.address} nor the policies of its account allow {what}"
        yield error(role, "", text, f"Allow {_DECRYPT} to {role.address}, or kms:* to the account's root, in {policy}")
    elif not key.in_file:
        yield warning(role, "", f"{role.address} lacks {what}, unless the key's policy allows it", remedy)
    else:
        yield error(role, "", f"{role.address} lacks {what}", remedy)


def _state(key: KmsKey, queue: Queue) -> Problems:
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

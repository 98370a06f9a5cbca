import re
from collections.abc import Iterator

from queuesmith.rules.authoring import (
    KmsKey,
    MaybeUnknown,
    Pipeline,
    Problems,
    Queue,
    Rule,
    Unknown,
    defaults,
    error,
    for_both_queues,
    join_words,
    known,
    limits,
)
from queuesmith.rules.iam.callers import Caller, is_allowed, service_for
from queuesmith.rules.iam.conditions import Request, Value
from queuesmith.rules.iam.policy import Statement, account_of
from queuesmith.rules.queue_policies import ACCOUNT, SERVICE, Sender, senders_to

_ENCRYPT = ("kms:GenerateDataKey", "kms:Decrypt")
"""The actions on the key that sending to the queue requires."""

RULE = Rule(
    "QL020",
    "services and other accounts that send to the queue must be allowed to use its KMS key",
    limit=(
        "kms:GenerateDataKey and kms:Decrypt for every service or other account that the queue policy allows to send, and for "
        "the topics, buckets and rules that are configured to send. The policy of the AWS-managed key (alias/aws/sqs) allows "
        "none of them. If the key's policy is unknown, the check is skipped"
    ),
    reason=(
        "Without these permissions, their messages are lost, usually unnoticed: the queue policy allows the messages, but the "
        "key's policy does not allow the sender to encrypt them."
    ),
    remedy="Allow the sender both actions in the policy of a customer managed key, or use SSE-SQS.",
    documentation=limits.SQS_KEY_MANAGEMENT,
)


def check(pipeline: Pipeline) -> Problems:
    yield from for_both_queues(lambda queue: _check_queue(queue, pipeline))(pipeline)


def _check_queue(queue: Queue, pipeline: Pipeline) -> Problems:
    if known(queue.kms_key) is None:
        return
    known_or_not = list(dict.fromkeys(senders_to(queue)))
    yield from (each for each in known_or_not if isinstance(each, Unknown))
    senders = [each for each in known_or_not if isinstance(each, Sender)]
    if not senders:
        return
    key = _customer_key(queue, pipeline)
    if key is None:
        names = join_words(list(dict.fromkeys(sender.name for sender in senders)))
        text = f"{queue.attribute_path('kms_key')} is the AWS-managed key, which {names} cannot use to send"
        yield error(queue, "kms_key", text, "Use SSE-SQS, or a customer managed key whose policy names the sender")
    elif key.policy_is_readable:
        yield from _check_key(queue, key, senders)
    else:
        yield Unknown(f"the policy of {key.label}")


def _check_key(queue: Queue, key: KmsKey, senders: list[Sender]) -> Problems:
    """Check the senders against a key policy that can be read."""
    policy = known(key.policy)
    denied: dict[str, None] = {}
    for sender in senders:
        allowed = _can_use(sender, policy, key)
        if isinstance(allowed, Unknown):
            yield allowed
        elif not allowed:
            denied[sender.name] = None
    if denied:
        names = join_words(list(denied))
        text = (
            f"the policy of {key.label} does not allow {names} to use it: messages that {names} "
            f"{'send' if len(denied) > 1 else 'sends'} to {queue.label} are lost"
        )
        remedy = f"In the policy of {key.label}, allow {names} to perform {join_words(_ENCRYPT)}"
        yield error(queue, "kms_key", text, remedy)


def _customer_key(queue: Queue, pipeline: Pipeline) -> KmsKey | None:
    """Return the customer managed key of a queue, or None if AWS manages the key. Raises NotKnownError if it is unknown."""
    kms_key = known(queue.kms_key)
    if kms_key is None or kms_key.endswith(defaults.AWS_MANAGED_KEY):
        return None
    if kms_key != known(pipeline.queue.kms_key):
        known(Unknown(f"the policy of {kms_key}"))
    key = known(pipeline.kms_key)
    if key is None and not pipeline.deployed:
        known(Unknown(f"the policy of {kms_key}"))
    return key


def _can_use(sender: Sender, policy: tuple[Statement, ...], key: KmsKey) -> MaybeUnknown[bool]:
    """Whether a sender can use the key."""
    if not sender.principal.startswith(SERVICE):
        return is_allowed(policy, _ENCRYPT, key.arns, _from_account(sender.principal))
    first, *others = [
        is_allowed(policy, _ENCRYPT, key.arns, service_for(sender.name, *source)) for source in _possible_sources(sender)
    ]
    return first if all(each == first for each in others) else Unknown(f"which source {sender.name} names in its calls to KMS")


def _possible_sources(sender: Sender) -> Iterator[tuple[Value, Value]]:
    """Yield the source and its account that a service can name in its calls to KMS. Only SNS is known to name the source."""
    source: Value = Unknown(f"the resource for which {sender.name} sends")
    account: Value = Unknown(f"the account for which {sender.name} sends")
    if sender.source is not None and not set("*?") & set(sender.source):
        source = (sender.source,)
        account = (known_account,) if (known_account := account_of(sender.source)) else account
    for named in (source,) if sender.name.startswith("sns.") else (source, None):
        yield named, account
        yield named, None


def _from_account(principal: str) -> Caller:
    """Return a principal of another account. A key policy can allow it by its own ARN or by its account."""
    account = next(iter(ACCOUNT.findall(principal)), "")

    def matches(other: str) -> MaybeUnknown[bool]:
        if other in (principal, f"AWS:{account}") or re.fullmatch(rf"AWS:arn:[^:]*:iam::{account}:root", other):
            return True
        is_whole = principal in (f"AWS:{account}", f"AWS:arn:aws:iam::{account}:root")
        return Unknown(f"which principal of account {account} sends") if is_whole and f":{account}:" in other else False

    return Caller(
        matches,
        Request({"aws:securetransport": ("true",)}, others=Unknown(f"the value that calls of account {account} have for")),
    )

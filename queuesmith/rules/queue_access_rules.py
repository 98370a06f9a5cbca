"""Rules about who may reach the queues: encryption and queue policies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

from queuesmith.rules import defaults, limits
from queuesmith.rules.iam.callers import QUEUE_ACTIONS, STRANGERS, WITHOUT_TLS, lets_in, refuses
from queuesmith.rules.iam.outcomes import either, every
from queuesmith.rules.iam.policy import Statement
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.pipeline import Queue
from queuesmith.rules.rule import BOTH, WARNS, Problems, error, for_both_queues, rule, warning, within
from queuesmith.rules.wording import amount, listed


@rule(
    "QL014",
    "the queue is encrypted, in one way",
    limit="SSE-SQS and KMS at once (error); SSE-SQS switched off without KMS (warning); unset is encrypted",
    reason="SQS takes one kind of encryption. New queues are encrypted unless somebody switches it off.",
    remedy="Take `sqs_managed_sse_enabled` out, or set it to true, unless there is a KMS key.",
    source=limits.SQS_BEST_PRACTICES,
    severities=BOTH,
    hard_where="SSE-SQS and KMS are set at once",
)
@for_both_queues
def queue_is_encrypted_once(queue: Queue) -> Problems:
    """QL014."""
    sse = known(queue.sse)
    if sse is None:
        return
    key = known(queue.kms_key)
    if sse and key is not None:
        yield error(
            queue,
            "sse",
            f"{queue.key('sse')} is true, but {queue.key('kms_key')} is set too: SQS takes one kind of encryption",
            f"Take one of the two out: {queue.key('sse')} or {queue.key('kms_key')}",
            hard=True,
        )
    if not sse and key is None:
        yield warning(
            queue,
            "sse",
            f"{queue.key('sse')} is false and there is no KMS key: messages are stored unencrypted",
            f"Take {queue.key('sse')} out, or set it to true",
        )


@rule(
    "QL015",
    "the time for which a KMS data key is used again is in range, and means something",
    limit=f"{limits.DATA_KEY_REUSE} (error); set to other than {defaults.DATA_KEY_REUSE} without KMS (warning)",
    reason="SQS refuses other values. Without KMS the attribute does nothing, so somebody meant something else.",
    remedy="Set a value in the range, beside a KMS key.",
    source=limits.SET_QUEUE_ATTRIBUTES,
    severities=BOTH,
    hard_where="the value is out of range",
)
@for_both_queues
def data_key_reuse_is_in_range(queue: Queue) -> Problems:
    """QL015."""
    reuse = known(queue.data_key_reuse)
    yield from within(queue, "data_key_reuse", reuse, limits.DATA_KEY_REUSE)
    if reuse is None or reuse == defaults.DATA_KEY_REUSE or reuse not in limits.DATA_KEY_REUSE:
        return
    if known(queue.kms_key) is None:
        yield warning(
            queue,
            "data_key_reuse",
            f"{queue.key('data_key_reuse')} is {amount(reuse, 's')}, but {queue.address} has no KMS key: it does nothing",
            f"Take {queue.key('data_key_reuse')} out, or set {queue.key('kms_key')}",
        )


@rule(
    "QL018",
    "queue and dead-letter queue refuse requests without TLS",
    limit="a Deny of sqs:* on this queue, for everybody, where aws:SecureTransport is false",
    reason="SQS answers over plain http too; a policy is the only way to refuse it.",
    remedy="Add a statement to the queue policy that denies sqs:* to everybody where aws:SecureTransport is false.",
    source=limits.SQS_BEST_PRACTICES,
    severities=WARNS,
)
@for_both_queues
def only_tls_is_taken(queue: Queue) -> Problems:
    """QL018."""
    if known(every(map(_refuses_plain_http, repeat(queue), queue.policies()))):
        return
    yield warning(
        queue,
        "policy",
        f"{queue.address} takes requests without TLS",
        f"Give {queue.address} a queue policy with, or add to the one it has, a statement that denies sqs:* to * where "
        "aws:SecureTransport is false",
    )


def _refuses_plain_http(queue: Queue, policy: Known[tuple[Statement, ...]]) -> Known[bool]:
    if isinstance(policy, Unknown):
        return policy
    return every(refuses(policy, QUEUE_ACTIONS, queue.arns, caller) for caller in WITHOUT_TLS)


_NAME_WHO = "Name the principal, or add a condition on aws:SourceArn or aws:SourceAccount"


@rule(
    "QL019",
    "the queue policy is not open",
    limit=(
        "no Allow for principal * (or NotPrincipal) that lets a stranger in. What keeps strangers out is a condition with "
        "StringEquals, StringLike, ArnEquals, ArnLike or IpAddress on aws:SourceArn, aws:SourceAccount, aws:SourceOrgID, "
        "aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalOrgID, aws:SourceVpc, aws:SourceVpce or aws:SourceIp, if "
        "each value names an account, organization, network or bucket; IfExists and ForAllValues keep nobody out"
    ),
    reason="Anybody with any AWS account could send, or read and delete, messages.",
    remedy="Name the principal, or add a condition on aws:SourceArn or aws:SourceAccount.",
    source=limits.PUBLIC_POLICIES,
)
@for_both_queues
def policy_is_not_open(queue: Queue) -> Problems:
    """QL019."""
    for statement, policy in allowing(queue):
        if isinstance(statement, Unknown):
            yield statement
            continue
        is_open = either(lets_in(statement, policy, queue.arns, caller) for caller in STRANGERS)
        if isinstance(is_open, Unknown):
            yield is_open
        elif is_open:
            text = f"the policy of {queue.address} allows {actions_of(statement)} to everybody"
            yield error(queue, "policy", text, _NAME_WHO)


def allowing(queue: Queue) -> Iterator[tuple[Statement | Unknown, tuple[Statement, ...]]]:
    """Every Allow of a queue's policies, with the policy that it stands in; unknown for a policy that is unknown."""
    for policy in queue.policies():
        if isinstance(policy, Unknown):
            yield policy, ()
        else:
            yield from ((statement, policy) for statement in policy if statement.allows)


def actions_of(statement: Statement) -> str:
    """The actions of a statement, as a message has them."""
    return ", ".join(statement.actions) or f"everything but {', '.join(statement.not_actions)}"


@rule(
    "QL022",
    "each policy of a queue is written in one place",
    limit=(
        "queue policy, redrive policy and redrive-allow policy: the queue's own attribute or one resource for it, unless both "
        "have the same content"
    ),
    reason=(
        "SQS keeps one of each. Every apply overwrites what another resource has written, so it depends on the order who may "
        "send, and where messages go; every plan shows a change."
    ),
    remedy="Keep one of them, with all the statements.",
    source=limits.QUEUE_POLICY_RESOURCE,
)
@for_both_queues
def policies_are_written_once(queue: Queue) -> Problems:
    """QL022."""
    for attribute, places in queue.written_twice.items():
        if isinstance(places, Unknown):
            yield places
            continue
        text = (
            f"{listed(places)} each set the {attribute.replace('_', ' ')} of {queue.address}: each apply overwrites the others"
        )
        yield error(queue, attribute, text, "Keep one of them, with all that is to hold")

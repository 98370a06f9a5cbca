"""Rules about who may reach the queues: encryption and queue policies."""

from __future__ import annotations

import re

from queuesmith.rules import defaults, limits
from queuesmith.rules.known import Known, Unknown, known
from queuesmith.rules.pipeline import Queue
from queuesmith.rules.policy import Statement
from queuesmith.rules.rule import BOTH, WARNS, Problems, error, for_both_queues, rule, warning, within
from queuesmith.rules.wording import amount

_ACCOUNT = re.compile(r"(?<=:)\d{12}(?=:|$)")
_PLAIN_HTTP = ("aws:securetransport", "false")


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
    limit="a Deny of sqs:* where aws:SecureTransport is false",
    reason="SQS answers over plain http too; a policy is the only way to refuse it.",
    remedy="Add a statement to the queue policy that denies sqs:* to everybody where aws:SecureTransport is false.",
    source=limits.SQS_BEST_PRACTICES,
    severities=WARNS,
)
@for_both_queues
def only_tls_is_taken(queue: Queue) -> Problems:
    """QL018."""
    refusing = [to_everybody(statement) for statement in known(queue.policy) if _refuses_plain_http(statement)]
    if True in refusing:
        return
    for everybody in refusing:
        known(everybody)
    yield warning(
        queue,
        "policy",
        f"{queue.address} takes requests without TLS",
        f"Give {queue.address} a queue policy with, or add to the one it has, a statement that denies sqs:* to * where "
        "aws:SecureTransport is false",
    )


def _closes(statement: Statement) -> bool:
    """Whether a condition of a statement leaves somebody out, other than those who come without TLS."""
    values: dict[tuple[str, str], set[str]] = {}
    for operator, key, value in statement.conditions:
        values.setdefault((operator, key), set()).add(value)
    return any(key != _PLAIN_HTTP[0] and "*" not in allowed for (_, key), allowed in values.items())


def _refuses_plain_http(statement: Statement) -> bool:
    without_tls = {("bool", *_PLAIN_HTTP)}, {("boolifexists", *_PLAIN_HTTP)}
    everything = any(action.lower() in ("sqs:*", "*") for action in statement.actions)
    return not statement.allows and everything and set(statement.conditions) in without_tls


def to_everybody(statement: Statement) -> Known[bool]:
    """Whether everybody is among the principals of a statement; unknown where one of them is."""
    if isinstance(statement.principals, Unknown):
        return statement.principals
    if "*" in statement.principals or "AWS:*" in statement.principals:
        return True
    return next((principal for principal in statement.principals if isinstance(principal, Unknown)), False)


@rule(
    "QL019",
    "the queue policy is not open",
    limit="no Allow for principal * without a condition on who sends; one that only asks for TLS, or takes any value, is none",
    reason="Anybody with any AWS account could send, or read and delete, messages.",
    remedy="Name the principal, or add a condition on aws:SourceArn or aws:SourceAccount.",
    source=limits.SQS_BEST_PRACTICES,
)
@for_both_queues
def policy_is_not_open(queue: Queue) -> Problems:
    """QL019."""
    for statement in known(queue.policy):
        if not statement.allows or _closes(statement):
            continue
        everybody = to_everybody(statement)
        if isinstance(everybody, Unknown):
            yield everybody
        elif everybody:
            actions = ", ".join(statement.actions) or f"everything but {', '.join(statement.not_actions)}"
            yield error(
                queue,
                "policy",
                f"the policy of {queue.address} allows {actions} to everybody",
                "Name the principal, or add a condition on aws:SourceArn or aws:SourceAccount",
            )


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

"""Who sends to a queue, as statements of policies: the queue's, its key's, and those of the account's own producers."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from queuesmith.common.compact_json import compact_json
from queuesmith.settings import ProducerSettings
from queuesmith.settings.arns import account_of, region_of
from queuesmith.settings.derived import iam_documents as permissions
from queuesmith.settings.derived.iam_documents import ENCRYPT, SEND, Statement

_SERVICES = {"topics": "sns.amazonaws.com", "rules": "events.amazonaws.com", "buckets": "s3.amazonaws.com"}


@dataclass(frozen=True)
class Sender:
    """A service's resource that sends to the queue, by the key path of its settings."""

    kind: str
    key: str
    arn: str
    account: str

    @property
    def service(self) -> str:
        """The principal that the resource sends as."""
        return _SERVICES[self.kind]

    @property
    def condition(self) -> dict[str, dict[str, Any]]:
        """Only on behalf of this resource, in its account.

        A bucket's ARN does not say whose it is, so there the account has to match. The others' ARNs do; the account is
        compared where it is sent, which is not documented for each of them.
        """
        account = "StringEquals" if self.kind == "buckets" else "StringEqualsIfExists"
        return {"ArnEquals": {"aws:SourceArn": self.arn}, account: {"aws:SourceAccount": self.account}}

    @property
    def condition_on_key(self) -> dict[str, dict[str, Any]]:
        """The same for a key's policy, where EventBridge, among others, sends neither."""
        return {
            "ArnEqualsIfExists": {"aws:SourceArn": self.arn},
            "StringEqualsIfExists": {"aws:SourceAccount": self.account},
        }


def senders(producers: ProducerSettings, rule_arns: Mapping[str, str], own_account: str) -> Iterator[Sender]:
    """The services' resources that send. A rule is of this account, and so is a bucket that does not say."""
    for key, topic in producers.topics.items():
        yield Sender("topics", key, topic.arn, account_of(topic.arn))
    for key in producers.rules:
        yield Sender("rules", key, rule_arns[key], own_account)
    for key, bucket in producers.buckets.items():
        yield Sender("buckets", key, bucket.arn, bucket.account or own_account)


def queue_statements(producers: ProducerSettings, found: Iterable[Sender], queue_arn: str) -> Iterator[Statement]:
    """What the queue's policy says of them."""
    for sid, sender in _with_sids(found):
        yield Statement(SEND, [queue_arn], sid=sid, principal={"Service": sender.service}, condition=sender.condition)
    for number, arn in enumerate(producers.principals, 1):
        yield Statement(SEND, [queue_arn], sid=f"Principal{number}", principal={"AWS": arn})


def dead_letter_statements(producers: ProducerSettings, found: Iterable[Sender], dlq_arn: str) -> Iterator[Statement]:
    """What the DLQ's policy says of those that send there what they could not deliver to the queue."""
    kept = {("topics", key) for key, topic in producers.topics.items() if topic.dead_letter_undelivered}
    kept |= {("rules", key) for key, rule in producers.rules.items() if rule.dead_letter_undelivered}
    for sid, sender in _with_sids(found):
        if (sender.kind, sender.key) in kept:
            yield Statement(SEND, [dlq_arn], sid=sid, principal={"Service": sender.service}, condition=sender.condition)


def producer_policy(queue_arn: str, key_arn: str | None) -> str:
    """What a role of this account needs to send to the queue, and no more."""
    send, *use_key = permissions.send(queue_arn, key_arn)
    return permissions.document(send.called("SendToTheQueue"), *(each.called("UseTheQueuesKey") for each in use_key))


def _numbered(name: str) -> Iterator[str]:
    """`A`, `Ax2`, `Ax3` and so on."""
    yield name
    yield from (f"{name}x{number}" for number in itertools.count(2))


def _with_sids(found: Iterable[Sender]) -> Iterator[tuple[str, Sender]]:
    """Each with its statement's id, which has letters and digits only: `TopicsNewOrders`. `shop-1` and `shop1` get two."""
    taken: set[str] = set()
    for sender in found:
        words = "".join(word.capitalize() for word in f"{sender.kind}-{sender.key}".split("-"))
        sid = next(name for name in _numbered(words) if name not in taken)
        taken.add(sid)
        yield sid, sender


def key_statements(producers: ProducerSettings, found: Iterable[Sender], key_arn: str) -> str:
    """What the owner of the queue's key adds to its policy, so that these can send."""
    statements = [
        *(_on_key(sid, {"Service": sender.service}, sender.condition_on_key) for sid, sender in _with_sids(found)),
        *(_on_key(f"Principal{n}", {"AWS": arn}, _through_sqs(key_arn)) for n, arn in enumerate(producers.principals, 1)),
    ]
    return compact_json([statement.as_dict() for statement in statements])


def _on_key(sid: str, principal: dict[str, str], condition: dict[str, dict[str, Any]]) -> Statement:
    return Statement(ENCRYPT, ["*"], sid=sid, principal=principal, condition=condition)  # *: the key that has the policy


def _through_sqs(key_arn: str) -> dict[str, dict[str, Any]]:
    """A principal uses the key only through SQS in the key's region (AWS KMS Developer Guide, kms:ViaService)."""
    return {"StringLike": {"kms:ViaService": f"sqs.{region_of(key_arn)}.amazonaws.com*"}}  # in China .com.cn

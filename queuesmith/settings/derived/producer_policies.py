"""The policy statements for a queue's producers: for the queue's policy, and for the account's own producers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from queuesmith.settings import ProducerSettings
from queuesmith.settings.arns import account_of
from queuesmith.settings.derived import permissions
from queuesmith.settings.derived.permissions import SEND, PolicyStatement

_SERVICES = {"topics": "sns.amazonaws.com", "rules": "events.amazonaws.com", "buckets": "s3.amazonaws.com"}


@dataclass(frozen=True)
class ServiceProducer:
    """A resource of an AWS service that sends to the queue."""

    kind: str
    key: str
    """Its key in the settings."""
    arn: str
    account: str
    sid: str
    """The id of its statement: letters and digits only, as in `TopicsNewOrders`."""
    sends_undelivered: bool = False
    """Whether it sends undelivered messages to the DLQ."""

    @property
    def service(self) -> str:
        """Return the service principal."""
        return _SERVICES[self.kind]

    @property
    def condition(self) -> dict[str, dict[str, Any]]:
        """Return the condition that limits a statement to this resource in its account.

        A bucket's ARN does not contain its account, so the account must match. For other services, the ARN contains it, and
        the account is compared only if the service sends it: not every service documents that it does.
        """
        account = "StringEquals" if self.kind == "buckets" else "StringEqualsIfExists"
        return {"ArnEquals": {"aws:SourceArn": self.arn}, account: {"aws:SourceAccount": self.account}}

    @property
    def condition_on_key(self) -> dict[str, dict[str, Any]]:
        """Return the condition for the key's policy. Both values are optional: EventBridge, among others, omits them."""
        return {
            "ArnEqualsIfExists": {"aws:SourceArn": self.arn},
            "StringEqualsIfExists": {"aws:SourceAccount": self.account},
        }


def service_producers(producers: ProducerSettings, rule_arns: Mapping[str, str], own_account: str) -> list[ServiceProducer]:
    """Return the AWS resources that send. Rules, and buckets without an account in the settings, are in this account."""
    services: list[ServiceProducer] = []
    sids: set[str] = set()
    for key, topic in producers.topics.items():
        sid = _new_sid("topics", key, sids)
        services.append(ServiceProducer("topics", key, topic.arn, account_of(topic.arn), sid, topic.undelivered_to_dlq))
    for key, rule in producers.rules.items():
        sid = _new_sid("rules", key, sids)
        services.append(ServiceProducer("rules", key, rule_arns[key], own_account, sid, rule.undelivered_to_dlq))
    for key, bucket in producers.buckets.items():
        sid = _new_sid("buckets", key, sids)
        services.append(ServiceProducer("buckets", key, bucket.arn, bucket.account or own_account, sid))
    return services


def _new_sid(kind: str, key: str, taken: set[str]) -> str:
    """Return a statement id that is not taken: `shop-1` and `shop1` would have the same one."""
    words = "".join(word.capitalize() for word in f"{kind}-{key}".split("-"))
    sid, number = words, 1
    while sid in taken:
        number += 1
        sid = f"{words}x{number}"
    taken.add(sid)
    return sid


def queue_statements(
    producers: ProducerSettings, services: Iterable[ServiceProducer], queue_arn: str
) -> Iterator[PolicyStatement]:
    """Yield the statements of the queue's policy for the producers."""
    for producer in services:
        yield _allow_send(producer, queue_arn)
    for number, arn in enumerate(producers.principals, 1):
        yield PolicyStatement(SEND, [queue_arn], sid=f"Principal{number}", principal={"AWS": arn})
    yield from _organization_statements(producers, queue_arn)


def _organization_statements(producers: ProducerSettings, queue_arn: str) -> Iterator[PolicyStatement]:
    for sid, condition in organization_conditions(producers):
        yield PolicyStatement(SEND, [queue_arn], sid=sid, principal={"AWS": "*"}, condition=condition)


def organization_conditions(producers: ProducerSettings) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """Yield, for each organization, a statement id and the condition that limits a statement to its accounts and roles."""
    sids: set[str] = set()
    for key, organization in producers.organizations.items():
        equal: dict[str, Any] = {"aws:PrincipalOrgID": organization.id}
        if organization.accounts:
            equal["aws:PrincipalAccount"] = list(organization.accounts)
        condition: dict[str, dict[str, Any]] = {"StringEquals": equal}
        if organization.roles:
            condition["ArnLike"] = {"aws:PrincipalArn": [f"arn:*:iam::*:role/{role}" for role in organization.roles]}
        yield _new_sid("organizations", key, sids), condition


def dead_letter_statements(services: Iterable[ServiceProducer], dlq_arn: str) -> Iterator[PolicyStatement]:
    """Yield the statements of the DLQ's policy for producers that send undelivered messages to it."""
    return (_allow_send(producer, dlq_arn) for producer in services if producer.sends_undelivered)


def _allow_send(producer: ServiceProducer, queue_arn: str) -> PolicyStatement:
    principal = {"Service": producer.service}
    return PolicyStatement(SEND, [queue_arn], sid=producer.sid, principal=principal, condition=producer.condition)


def producer_policy(queue_arn: str, kms_key_arn: str | None) -> str:
    """Return the policy that lets a role of this account send to the queue, and nothing else."""
    send, *use_key = permissions.send(queue_arn, kms_key_arn)
    return permissions.document(send.with_sid("SendToTheQueue"), *(each.with_sid("UseTheQueuesKey") for each in use_key))

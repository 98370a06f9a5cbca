"""The queues of a Terraform file as the rules see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from queuesmith.rules import Dialect, Key, Known, Queue, Redrive, RedriveAllow, Statement, Unknown
from queuesmith.terraform.document import Resource
from queuesmith.terraform.joining import KMS_ALIAS, KMS_KEY, QUEUE, Elsewhere, Found, Join, arns_of
from queuesmith.terraform.policies import policy
from queuesmith.terraform.reading import flag, json_object, number, text, with_default

POLICY, REDRIVE, REDRIVE_ALLOW = "aws_sqs_queue_policy", "aws_sqs_queue_redrive_policy", "aws_sqs_queue_redrive_allow_policy"
KEY_POLICY = "aws_kms_key_policy"


@dataclass(frozen=True)
class _Attribute:
    """Where an attribute of a queue is written: on the queue, or in a resource of its own."""

    resource: Resource
    name: str


class Queues:
    """Makes each queue of the file once."""

    def __init__(self, join: Join) -> None:
        self._join = join
        self._beside: dict[tuple[str, str], Resource] = {}
        self._astray: dict[str, Unknown] = {}
        for kind in (POLICY, REDRIVE, REDRIVE_ALLOW):
            for resource in join.document.of_type(kind):
                owner = join.find(QUEUE, resource, "queue_url")
                if isinstance(owner, Resource):
                    self._beside[kind, owner.address] = resource
                elif isinstance(owner, Unknown):
                    self._astray[kind] = Unknown(f"the queue of {resource.address}")
        self._made: dict[str, Queue] = {}

    def queue(self, found: Resource | Elsewhere, consumers: tuple[str, ...] = ()) -> Queue:
        """A queue of the file, or one elsewhere of which only the name is known."""
        if isinstance(found, Elsewhere):
            return _elsewhere(found, consumers)
        if found.address not in self._made:
            self._made[found.address] = self._make(found, consumers)
        return self._made[found.address]

    def dead_letter_queue(self, found: Resource | Elsewhere) -> Known[Queue | None]:
        """The queue that the redrive policy names."""
        if isinstance(found, Elsewhere):
            return Unknown(f"the redrive policy of {found.value}, which is outside the file")
        attribute = self._attribute(found, "redrive_policy", REDRIVE)
        if attribute is None or isinstance(attribute, Unknown):
            return attribute
        content = json_object(attribute.resource, attribute.name)
        if content is None:
            return None
        target: Found
        if isinstance(content, Unknown):
            others = [r for r in attribute.resource.targets(attribute.name).of(QUEUE) if r.address != found.address]
            target = others[0] if len(others) == 1 else content
        else:
            target = self._named(content.get("deadLetterTargetArn"), attribute)
        if target is None or isinstance(target, Unknown):
            return target
        return self.queue(target)

    def key(self, found: Resource | Elsewhere) -> Known[Key | None]:
        """The customer managed key that a queue is encrypted with."""
        if isinstance(found, Elsewhere):
            return Unknown(f"the encryption of {found.value}, which is outside the file")
        alias = self._join.find(KMS_ALIAS, found, "kms_master_key_id")
        key = self._join.find(KMS_KEY, alias, "target_key_id") if isinstance(alias, Resource) else None
        key = key or self._join.find(KMS_KEY, found, "kms_master_key_id")
        if key is None or isinstance(key, Unknown):
            return key
        if isinstance(key, Elsewhere):
            return Key(address=key.value, dialect=Dialect.TERRAFORM, arns=(key.value,))
        return Key(
            address=key.address,
            dialect=Dialect.TERRAFORM,
            arns=(*arns_of("kms", key), f"${{{key.address}.key_id}}"),
            in_file=True,
            policy=self._key_policy(key),
        )

    def _key_policy(self, key: Resource) -> Known[tuple[Statement, ...]]:
        beside = [r for r in self._join.document.of_type(KEY_POLICY) if self._join.find(KMS_KEY, r, "key_id") is key]
        found = policy(beside[0], "policy") if beside else policy(key, "policy")
        return () if found is None else found

    def _attribute(self, queue: Resource, name: str, kind: str) -> Known[_Attribute | None]:
        """Where it is written; a resource of its own comes first, as a refreshed queue shows its content too."""
        beside = self._beside.get((kind, queue.address))
        if beside is not None:
            return _Attribute(beside, name)
        if queue.value(name) in (None, "") and not queue.is_set(name):
            return self._astray.get(kind)
        return _Attribute(queue, name)

    def _named(self, arn: Any, attribute: _Attribute) -> Found:
        if not isinstance(arn, str) or not arn:
            return attribute.resource.unknown_at((attribute.name, "deadLetterTargetArn"))
        if not arn.startswith("${"):
            return self._join.by_value(QUEUE, arn, near=attribute.resource)
        address = arn[2:-1].rsplit(".", 1)[0]
        there = self._join.document.resources.get(address)
        return there if there is not None and there.type == QUEUE else attribute.resource.unknown_at((attribute.name,))

    def _redrive(self, queue: Resource) -> Known[Redrive | None]:
        attribute = self._attribute(queue, "redrive_policy", REDRIVE)
        if attribute is None or isinstance(attribute, Unknown):
            return attribute
        content = json_object(attribute.resource, attribute.name)
        if content is None:
            return None
        count = content if isinstance(content, Unknown) else _whole(content.get("maxReceiveCount"))
        return Redrive(count if isinstance(count, int) else Unknown(f"{queue.address}.redrive_policy.maxReceiveCount"))

    def _redrive_allow(self, queue: Resource) -> Known[RedriveAllow | None]:
        attribute = self._attribute(queue, "redrive_allow_policy", REDRIVE_ALLOW)
        if attribute is None or isinstance(attribute, Unknown):
            return attribute
        content = json_object(attribute.resource, attribute.name)
        if content is None or isinstance(content, Unknown):
            return content
        permission, sources = content.get("redrivePermission"), content.get("sourceQueueArns", [])
        unknown = attribute.resource.unknown_at((attribute.name,))
        return RedriveAllow(
            permission if isinstance(permission, str) else unknown,
            tuple(map(str, sources)) if isinstance(sources, list) else unknown,
        )

    def _make(self, queue: Resource, consumers: tuple[str, ...]) -> Queue:
        attribute = self._attribute(queue, "policy", POLICY)
        found = policy(attribute.resource, attribute.name) if isinstance(attribute, _Attribute) else attribute
        fifo = flag(queue, "fifo_queue")
        return Queue(
            address=queue.address,
            dialect=Dialect.TERRAFORM,
            name=text(queue, "name"),
            arns=arns_of("sqs", queue),
            fifo=False if fifo is None else fifo,
            visibility_timeout=with_default(number(queue, "visibility_timeout_seconds"), 30),
            retention=with_default(number(queue, "message_retention_seconds"), 345_600),
            delay=with_default(number(queue, "delay_seconds"), 0),
            maximum_message_size=number(queue, "max_message_size"),
            receive_wait=with_default(number(queue, "receive_wait_time_seconds"), 0),
            redrive=self._redrive(queue),
            redrive_allow=self._redrive_allow(queue),
            content_based_deduplication=flag(queue, "content_based_deduplication") or False,
            deduplication_scope=text(queue, "deduplication_scope"),
            throughput_limit=text(queue, "fifo_throughput_limit"),
            kms_key=_key_text(queue),
            sse=flag(queue, "sqs_managed_sse_enabled") if queue.is_set("sqs_managed_sse_enabled") else None,
            data_key_reuse=number(queue, "kms_data_key_reuse_period_seconds", unset=(0, 300)),
            policy=() if found is None else found,
            consumers=consumers,
        )


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53 else None


def _key_text(queue: Resource) -> Known[str | None]:
    targets = queue.targets("kms_master_key_id").found
    return targets[0].text if len(targets) == 1 else text(queue, "kms_master_key_id")


def _elsewhere(found: Elsewhere, consumers: tuple[str, ...]) -> Queue:
    outside = Unknown(f"{found.value}, which is outside the file")
    return Queue(
        address=found.value,
        dialect=Dialect.TERRAFORM,
        name=found.name,
        arns=arns_of("sqs", found),
        fifo=found.name.endswith(".fifo"),
        visibility_timeout=outside,
        retention=outside,
        delay=outside,
        maximum_message_size=outside,
        receive_wait=outside,
        redrive=outside,
        redrive_allow=outside,
        content_based_deduplication=outside,
        deduplication_scope=outside,
        throughput_limit=outside,
        kms_key=outside,
        sse=outside,
        data_key_reuse=outside,
        policy=outside,
        consumers=consumers,
    )

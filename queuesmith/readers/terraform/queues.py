"""Reads the queues of a Terraform file into the rules' model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from queuesmith.common.queue_names import is_fifo
from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.policies import policy
from queuesmith.readers.terraform.queue_attributes import QueueAttributes
from queuesmith.readers.terraform.resource_index import QUEUE, ExternalResource, LookupResult, ResourceIndex, sqs_arns
from queuesmith.readers.terraform.senders import SenderReader
from queuesmith.readers.terraform.values import flag, json_object, number, text, with_default
from queuesmith.rules import Dialect, MaybeUnknown, Queue, RedriveAllowPolicy, RedrivePolicy, Unknown, defaults
from queuesmith.rules.part import part_with_unknown_fields


class QueueReader:
    """Reads each queue of the file once."""

    def __init__(self, index: ResourceIndex, consumers: Mapping[str, tuple[str, ...]]) -> None:
        """`consumers` are the addresses of the enabled mappings by queue: by its address or, outside the file, its value."""
        self._index, self._consumers = index, consumers
        self._attributes, self._senders = QueueAttributes(index), SenderReader(index)
        self._cache: dict[str, Queue] = {}
        self._tables: dict[tuple[str, str], tuple[Resource | None, MaybeUnknown[Any]]] = {}

    def queue(self, queue: Resource | ExternalResource) -> Queue:
        """Return a queue of the file, or a queue outside the file, of which only the name is known."""
        if isinstance(queue, ExternalResource):
            return _external_queue(queue, self._consumers.get(queue.value, ()))
        if queue.address not in self._cache:
            self._cache[queue.address] = self._read(queue)
        return self._cache[queue.address]

    def dead_letter_queue(self, queue: Resource | ExternalResource) -> MaybeUnknown[Resource | ExternalResource | None]:
        """Return the queue that the redrive policy names."""
        if isinstance(queue, ExternalResource):
            return Unknown(f"the redrive policy of {queue.value}, which is outside the file")
        resource, content = self._redrive_policy_json(queue)
        if resource is None or content is None:
            return content
        if not isinstance(content, Unknown):
            return self._dead_letter_target(content.get("deadLetterTargetArn"), resource)
        # a redrive policy refers to the DLQ only, so a local in it is something else, such as maxReceiveCount
        targets = resource.targets("redrive_policy")
        others = [other for other in targets.of(QUEUE) if other is not queue]
        if targets.is_certain and {(t.resource, t.attribute) for t in targets.items} == {(queue, "arn")}:
            return queue
        return others[0] if len(others) == 1 else content

    def _dead_letter_target(self, arn: Any, resource: Resource) -> LookupResult:
        unknown = resource.unknown_at(("redrive_policy", "deadLetterTargetArn"))
        if not isinstance(arn, str) or not arn:
            return unknown
        if not arn.startswith("${"):
            return self._index.find_by_value(QUEUE, arn, resource, resource.targets("redrive_policy"))
        target = self._index.document.resources.get(arn[2:].rsplit(".", 1)[0])
        return target if target is not None and target.type == QUEUE else unknown

    def _redrive_policy(self, queue: Resource) -> MaybeUnknown[RedrivePolicy | None]:
        resource, content = self._redrive_policy_json(queue)
        if resource is None or content is None:
            return content
        count = content if isinstance(content, Unknown) else _whole(content.get("maxReceiveCount"))
        target = self.dead_letter_queue(queue)
        return RedrivePolicy(
            count if isinstance(count, int) else Unknown(f"{queue.address}.redrive_policy.maxReceiveCount"),
            Unknown(f"the DLQ of {queue.address}") if target is None or isinstance(target, Unknown) else sqs_arns(target)[0],
        )

    def _redrive_policy_json(self, queue: Resource) -> tuple[Resource | None, MaybeUnknown[Any]]:
        """Return the resource that sets a redrive policy, and its content. A policy without a target counts as none."""
        resource, content = self._json(queue, "redrive_policy")
        has_no_target = isinstance(content, dict) and content.get("deadLetterTargetArn") in (None, "")
        return resource, None if has_no_target else content

    def _json(self, queue: Resource, name: str) -> tuple[Resource | None, MaybeUnknown[Any]]:
        """Return the resource that sets an attribute, and the attribute's JSON as a table. No resource: None or unknown."""
        key = (queue.address, name)
        if key not in self._tables:
            resource = self._attributes.resource_with(queue, name)
            found = (resource, json_object(resource, name)) if isinstance(resource, Resource) else (None, resource)
            self._tables[key] = found
        return self._tables[key]

    def _redrive_allow_policy(self, queue: Resource) -> MaybeUnknown[RedriveAllowPolicy | None]:
        resource, content = self._json(queue, "redrive_allow_policy")
        if resource is None or content is None or isinstance(content, Unknown):
            return content
        permission, sources = content.get("redrivePermission"), content.get("sourceQueueArns", [])
        unknown = resource.unknown_at(("redrive_allow_policy",))
        return RedriveAllowPolicy(
            permission if isinstance(permission, str) and "${" not in permission else unknown,
            tuple(_source(source, unknown) for source in sources) if isinstance(sources, list) else unknown,
        )

    def _read(self, queue: Resource) -> Queue:
        resource = self._attributes.resource_with(queue, "policy")
        statements = policy(resource, "policy") if isinstance(resource, Resource) else resource
        others = [policy(resource, "policy") for resource in self._attributes.others(queue, "policy")]
        fifo = flag(queue, "fifo_queue")
        return Queue(
            address=queue.address,
            dialect=Dialect.TERRAFORM,
            name=text(queue, "name"),
            arns=sqs_arns(queue),
            fifo=False if fifo is None else fifo,
            visibility_timeout=with_default(number(queue, "visibility_timeout_seconds"), defaults.VISIBILITY_TIMEOUT),
            retention=with_default(number(queue, "message_retention_seconds"), defaults.RETENTION),
            delay=with_default(number(queue, "delay_seconds"), defaults.DELAY),
            maximum_message_size=number(queue, "max_message_size"),
            receive_wait_time=with_default(number(queue, "receive_wait_time_seconds"), defaults.RECEIVE_WAIT_TIME),
            redrive_policy=self._redrive_policy(queue),
            redrive_allow_policy=self._redrive_allow_policy(queue),
            content_based_deduplication=flag(queue, "content_based_deduplication") or False,
            deduplication_scope=text(queue, "deduplication_scope"),
            throughput_limit=text(queue, "fifo_throughput_limit"),
            kms_key=_key_text(queue),
            sse=flag(queue, "sqs_managed_sse_enabled") if queue.is_set("sqs_managed_sse_enabled") else None,
            data_key_reuse_period=_data_key_reuse_period(queue),
            policy=() if statements is None else statements,
            other_policies=tuple(() if each is None else each for each in others),
            duplicate_attributes=self._attributes.duplicate_attributes(queue),
            policies_without_version=self._policies_without_version(queue),
            senders=self._senders.senders_to(queue),
            consumers=self._consumers.get(queue.address, ()),
            is_dead_letter_queue=queue.address in self._dead_letter_queues,
        )

    @cached_property
    def _dead_letter_queues(self) -> set[str]:
        """The addresses of the queues that other queues' redrive policies name."""
        targets = [(queue, self.dead_letter_queue(queue)) for queue in self._index.document.of_type(QUEUE)]
        return {dlq.address for queue, dlq in targets if isinstance(dlq, Resource) and dlq is not queue}

    def _policies_without_version(self, queue: Resource) -> tuple[str, ...]:
        """Return the addresses of the resources whose policy has no Version. A refreshed queue shows policies of others."""
        resource = self._attributes.resource_with(queue, "policy")
        resources = [*self._attributes.others(queue, "policy"), *([resource] if isinstance(resource, Resource) else [])]
        contents = [(each, json_object(each, "policy")) for each in resources if each.is_set("policy")]
        return tuple(each.address for each, content in contents if isinstance(content, dict) and "Version" not in content)


def _source(arn: Any, unknown: Unknown) -> MaybeUnknown[str]:
    """Return one source queue of a redrive allow policy: an ARN, or a reference to a queue."""
    if not isinstance(arn, str) or ("${" in arn and not arn.startswith("${aws_sqs_queue.")):
        return unknown
    return arn


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) < 16:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 2**53:
        return None
    return int(value) if int(value) == value else None


def _key_text(queue: Resource) -> MaybeUnknown[str | None]:
    value = text(queue, "kms_master_key_id")
    targets = queue.targets("kms_master_key_id")
    return targets.items[0].text if isinstance(value, Unknown) and len(targets.items) == 1 and targets.is_certain else value


def _data_key_reuse_period(queue: Resource) -> MaybeUnknown[int | None]:
    """Return the period, or None if it is not set. A plan shows 0 for a variable that is null."""
    return number(queue, "kms_data_key_reuse_period_seconds", unset=(defaults.DATA_KEY_REUSE_PERIOD,)) or None


def _external_queue(external: ExternalResource, consumers: tuple[str, ...]) -> Queue:
    outside = Unknown(f"{external.value}, which is outside the file")
    known = {"name": external.name, "arns": sqs_arns(external), "fifo": is_fifo(external.name), "consumers": consumers}
    return part_with_unknown_fields(Queue, outside, address=external.value, dialect=Dialect.TERRAFORM, **known)

"""Finds where the policies of a queue are written: on the queue, or in a separate resource. There should be only one."""

from __future__ import annotations

from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.resource_index import QUEUE, ResourceIndex
from queuesmith.readers.terraform.values import json_object
from queuesmith.rules import MaybeUnknown, Unknown

_KINDS = {
    "policy": "aws_sqs_queue_policy",
    "redrive_policy": "aws_sqs_queue_redrive_policy",
    "redrive_allow_policy": "aws_sqs_queue_redrive_allow_policy",
}


class QueueAttributes:
    """Finds the resources of a file that write a queue's policies."""

    def __init__(self, index: ResourceIndex) -> None:
        self._separate: dict[tuple[str, str], list[Resource]] = {}
        self._unresolved: dict[str, Unknown] = {}
        for name, kind in _KINDS.items():
            for resource in index.document.of_type(kind):
                owner = index.find(QUEUE, resource, "queue_url")
                if isinstance(owner, Resource):
                    self._separate.setdefault((name, owner.address), []).append(resource)
                elif isinstance(owner, Unknown):
                    self._unresolved[name] = Unknown(f"the queue of {resource.address}")

    def resource_with(self, queue: Resource, name: str) -> MaybeUnknown[Resource | None]:
        """Return the resource that sets an attribute. A separate one comes first, as a refreshed queue repeats its content."""
        separate = self._resources(queue, name)
        if separate:
            return separate[-1]
        return self._unresolved.get(name) if queue.value(name) in (None, "") else queue

    def others(self, queue: Resource, name: str) -> list[Resource]:
        """Return the other resources that also write the attribute."""
        on_queue = [queue] if self._is_also_on_queue(queue, name) is True else []
        return [*on_queue, *self._resources(queue, name)[:-1]]

    def duplicate_attributes(self, queue: Resource) -> dict[str, MaybeUnknown[tuple[str, ...]]]:
        """Return the attributes that several places set, with the places. The last one applied overwrites the others."""
        found: dict[str, MaybeUnknown[tuple[str, ...]]] = {}
        for name in _KINDS:
            on_queue = self._is_also_on_queue(queue, name)
            places = [queue.address] if on_queue is True else []
            places += [resource.address for resource in self._resources(queue, name)]
            if len(places) > 1:
                found[name] = tuple(places)
            elif isinstance(on_queue, Unknown):
                found[name] = on_queue
        return found

    def _resources(self, queue: Resource, name: str) -> list[Resource]:
        return self._separate.get((name, queue.address), [])

    def _is_also_on_queue(self, queue: Resource, name: str) -> MaybeUnknown[bool]:
        """Whether the queue sets the attribute in addition to separate resources, and differs from all of them."""
        separate = self._resources(queue, name)
        if not separate or not queue.is_set(name):
            return False
        content = json_object(queue, name)
        if content is None or isinstance(content, Unknown):
            return False if content is None else content
        return content not in [json_object(resource, name) for resource in separate]

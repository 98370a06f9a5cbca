"""A Terraform file as the joining of pipelines sees it, whether it is a plan or the JSON that cdktf synthesizes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from queuesmith.readers.terraform.addresses import Key
from queuesmith.readers.terraform.places import Place
from queuesmith.rules import MaybeUnknown, Unknown

Path = tuple[str | int, ...]
"""The way to a value in a resource: `("scaling_config", 0, "maximum_concurrency")`."""


@dataclass(frozen=True)
class Target:
    """What a reference leads to: an attribute of a resource."""

    resource: Resource
    attribute: str | None
    """None where Terraform does not say which."""

    @property
    def text(self) -> str:
        """How the rules write it among ARNs."""
        return f"${{{self.resource.address}.{self.attribute or 'arn'}}}"


@dataclass(frozen=True)
class Targets:
    """What an attribute refers to."""

    found: tuple[Target, ...] = ()
    complete: bool = True
    """Whether all of its references could be followed."""
    beside_local: bool = False
    """Whether `each.value` was followed through a `for_each` that has locals in it, which are mostly its conditions."""

    @property
    def certain(self) -> bool:
        """Whether there is nothing else that it could refer to."""
        return self.complete and not self.beside_local

    def of(self, *types: str) -> list[Resource]:
        """The resources of these types among them."""
        return list({t.resource.address: t.resource for t in self.found if t.resource.type in types}.values())


@dataclass(eq=False)
class Resource:
    """One resource or data source, instance by instance. What holds its values is the document's business."""

    document: Document
    address: str
    type: str
    """`aws_sqs_queue`, or `data.aws_iam_policy_document`: what is only looked up is another thing."""
    name: str
    module: str = ""
    """The address of the module instance that it is in; "" is the root."""
    key: Key | None = None
    values: dict[str, Any] = field(default_factory=dict)
    unknown: Any = None
    """Terraform's `after_unknown`: true where a value is unknown."""
    configuration: dict[str, Any] = field(default_factory=dict)

    def value(self, *path: str | int) -> MaybeUnknown[Any]:
        """The value there; None where nothing is set, Unknown where it is not known."""
        return self.document.value(self, path)

    def targets(self, *path: str | int) -> Targets:
        """What the value there refers to."""
        return self.document.targets(self, path)

    def is_set(self, *path: str | int) -> bool:
        """Whether somebody wrote the attribute, rather than AWS or the provider having filled it in."""
        return self.document.is_set(self, path)

    def unknown_at(self, path: Iterable[str | int]) -> Unknown:
        """The value there, as something that is not known."""
        dotted = ".".join(str(step) for step in path if step != 0)
        return Unknown(f"{self.address}.{dotted}")


class Document(ABC):
    """All resources of a file, and how to read them."""

    def __init__(self) -> None:
        self.resources: dict[str, Resource] = {}
        self._by_type: dict[str, dict[str, Resource]] = {}

    def add(self, resource: Resource) -> None:
        """Take a resource in; a later one with the same address takes its place."""
        before = self.resources.get(resource.address)
        if before is not None:
            del self._by_type[before.type][resource.address]
        self.resources[resource.address] = resource
        self._by_type.setdefault(resource.type, {})[resource.address] = resource

    def of_type(self, *types: str) -> Sequence[Resource]:
        """The resources of these types, in the file's order."""
        return [resource for kind in types for resource in self._by_type.get(kind, {}).values()]

    @property
    @abstractmethod
    def tags(self) -> dict[str, Any]:
        """Tags that the provider gives to every resource, where resources do not show them."""

    @property
    def opaque(self) -> list[str]:
        """What the file only names: modules whose resources are elsewhere."""
        return []

    @abstractmethod
    def provider(self, resource: Resource) -> Place:
        """Where the resource's provider works."""

    @abstractmethod
    def value(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        """See Resource.value."""

    def raw(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        """The value, with expressions in it where the file holds them."""
        return self.value(resource, path)

    @abstractmethod
    def targets(self, resource: Resource, path: Path) -> Targets:
        """See Resource.targets."""

    @abstractmethod
    def is_set(self, resource: Resource, path: Path) -> bool:
        """See Resource.is_set."""

    @abstractmethod
    def waits_for(self, resource: Resource, other: Resource) -> MaybeUnknown[bool]:
        """Whether Terraform makes `other` first, because `resource` depends on it."""


def walk(value: Any, path: Path) -> Any:
    """What stands at a path; None where nothing does. A block may be written alone or in a list."""
    for step in path:
        if isinstance(step, int):
            if isinstance(value, list):
                value = value[step] if step < len(value) else None
            elif step > 0:
                return None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value

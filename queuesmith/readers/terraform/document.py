"""The common interface of a Terraform file, whether it is a plan or the JSON that cdktf synthesizes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from queuesmith.readers.terraform.addresses import Key
from queuesmith.readers.terraform.locations import Location
from queuesmith.rules import MaybeUnknown, Unknown

Path = tuple[str | int, ...]
"""The path of a value in a resource: `("scaling_config", 0, "maximum_concurrency")`."""


@dataclass(frozen=True)
class ReferenceTarget:
    """The target of a reference: an attribute of a resource."""

    resource: Resource
    attribute: str | None
    """None: Terraform does not name the attribute."""

    @property
    def text(self) -> str:
        """Return the reference as the rules write it in lists of ARNs."""
        return f"${{{self.resource.address}.{self.attribute or 'arn'}}}"


@dataclass(frozen=True)
class ReferenceTargets:
    """The targets of an attribute's references."""

    items: tuple[ReferenceTarget, ...] = ()
    is_complete: bool = True
    """Whether all references could be followed."""
    through_local: bool = False
    """Whether `each.value` was followed through a `for_each` with locals. Usually the locals are only its conditions."""

    @property
    def is_certain(self) -> bool:
        """Whether the attribute cannot refer to anything else."""
        return self.is_complete and not self.through_local

    def of(self, *types: str) -> list[Resource]:
        """Return the targets' resources of these types."""
        return list({t.resource.address: t.resource for t in self.items if t.resource.type in types}.values())


@dataclass(eq=False)
class Resource:
    """One instance of a resource or data source. Only its document knows the format of its values."""

    document: Document
    address: str
    type: str
    """`aws_sqs_queue`, or `data.aws_iam_policy_document`: the types of data sources have the prefix `data.`."""
    name: str
    module: str = ""
    """The address of the module instance that contains it. "": the root module."""
    key: Key | None = None
    values: dict[str, Any] = field(default_factory=dict)
    unknown: Any = None
    """Terraform's `after_unknown`: true in place of each unknown value."""
    configuration: dict[str, Any] = field(default_factory=dict)

    def value(self, *path: str | int) -> MaybeUnknown[Any]:
        """Return the value at a path. None if nothing is set, Unknown if it is not known."""
        return self.document.value(self, path)

    def targets(self, *path: str | int) -> ReferenceTargets:
        """Return the targets of the references in the value at a path."""
        return self.document.targets(self, path)

    def is_set(self, *path: str | int) -> bool:
        """Whether the user wrote the attribute, rather than AWS or the provider filling it in."""
        return self.document.is_set(self, path)

    def unknown_at(self, path: Iterable[str | int]) -> Unknown:
        """Return an Unknown that names the value at a path."""
        dotted = ".".join(str(step) for step in path if step != 0)
        return Unknown(f"{self.address}.{dotted}")


class Document(ABC):
    """All resources of a file, with methods to read them."""

    def __init__(self) -> None:
        self.resources: dict[str, Resource] = {}
        self._by_type: dict[str, dict[str, Resource]] = {}

    def add(self, resource: Resource) -> None:
        """Add a resource. It replaces an earlier one with the same address."""
        before = self.resources.get(resource.address)
        if before is not None:
            del self._by_type[before.type][resource.address]
        self.resources[resource.address] = resource
        self._by_type.setdefault(resource.type, {})[resource.address] = resource

    def of_type(self, *types: str) -> Sequence[Resource]:
        """Return the resources of these types, in the file's order."""
        return [resource for kind in types for resource in self._by_type.get(kind, {}).values()]

    @property
    @abstractmethod
    def tags(self) -> dict[str, Any]:
        """Return the provider's default tags, if the resources do not show them."""

    @property
    def unread_modules(self) -> list[tuple[str, str]]:
        """Return the modules whose resources are not in the file, with the reason."""
        return []

    @abstractmethod
    def provider(self, resource: Resource) -> Location:
        """Return the region and account of the resource's provider."""

    @abstractmethod
    def value(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        """See Resource.value."""

    def raw(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        """Return the value, including expressions if the file contains them."""
        return self.value(resource, path)

    @abstractmethod
    def targets(self, resource: Resource, path: Path) -> ReferenceTargets:
        """See Resource.targets."""

    @abstractmethod
    def is_set(self, resource: Resource, path: Path) -> bool:
        """See Resource.is_set."""

    @abstractmethod
    def depends_on(self, resource: Resource, other: Resource) -> MaybeUnknown[bool]:
        """Whether Terraform creates `other` first, because `resource` depends on it."""


def walk(value: Any, path: Path) -> Any:
    """Return the value at a path, or None. A single block can be written with or without a list."""
    for step in path:
        if isinstance(step, int):
            if isinstance(value, list):
                value = value[step] if step < len(value) else None
            elif step > 0:
                return None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value

"""`terraform show -json` of a plan, as a document: values from the plan, references from its configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queuesmith.rules import Known
from queuesmith.terraform.dependencies import Dependencies
from queuesmith.terraform.document import Document, Path, Resource, Targets, walk
from queuesmith.terraform.following import Following
from queuesmith.terraform.modules import Modules, children, tables

READ = frozenset({"aws_iam_policy_document"})
"""Data sources that are read beside resources."""


class PlanDocument(Document):
    """A plan of Terraform or OpenTofu."""

    def __init__(self, plan: dict[str, Any]) -> None:
        super().__init__()
        self._modules = Modules(tables(plan.get("configuration")).get("root_module"))
        unknown = {
            str(change.get("address")): tables(change.get("change")).get("after_unknown")
            for change in children(plan.get("resource_changes"))
        }
        prior = tables(tables(plan.get("prior_state")).get("values")).get("root_module")
        planned = tables(plan.get("planned_values")).get("root_module")
        for module, entry in [*_resources(prior, data=True), *_resources(planned)]:
            self._take(module, entry, unknown)
        self._following = Following(self, self._modules)
        self._dependencies = Dependencies(self._modules)

    def _take(self, module: str, entry: dict[str, Any], unknown: dict[str, Any]) -> None:
        address, kind, name = str(entry.get("address")), str(entry.get("type")), str(entry.get("name"))
        mode, key = str(entry.get("mode", "managed")), entry.get("index")
        self.add(
            Resource(
                self,
                address,
                kind,
                name,
                mode,
                module,
                key if isinstance(key, str | int) else None,
                tables(entry.get("values")),
                unknown.get(address),
                self._modules.resource(module, mode, kind, name),
            )
        )

    @property
    def tags(self) -> dict[str, Any]:
        """None: a plan shows them on every resource, in `tags_all`."""
        return {}

    def value(self, resource: Resource, path: Path) -> Known[Any]:
        """A value that is unknown only because AWS fills it in where nobody set it counts as not set."""
        mark = resource.unknown
        for depth in range(len(path) + 1):
            if mark is True:
                return resource.unknown_at(path) if self._is_made(resource, path[: max(depth, 1)]) else None
            if depth < len(path):
                mark = walk(mark, (path[depth],))
        return walk(resource.values, path)

    def _is_made(self, resource: Resource, path: Path) -> bool:
        """Whether an unknown value is made from others. One that refers to nothing is a null that somebody wrote."""
        if not self.is_set(resource, path):
            return False
        targets = self.targets(resource, path)
        return bool(targets.found) or not targets.complete

    def targets(self, resource: Resource, path: Path) -> Targets:
        """References of the configuration, followed through modules."""
        return self._following.targets(resource, walk(resource.configuration.get("expressions"), path))

    def is_set(self, resource: Resource, path: Path) -> bool:
        """Whether the configuration has an expression there."""
        expressions = resource.configuration.get("expressions")
        return not resource.configuration or walk(expressions, path) is not None or _dynamic(expressions, path)

    def waits_for(self, resource: Resource, other: Resource) -> Known[bool]:
        """By the configuration's references and depends_on."""
        return self._dependencies.path(resource, other)


def _dynamic(expressions: Any, path: Path) -> bool:
    """Whether a block on the way has more instances than the configuration shows, as dynamic blocks have."""
    return len(path) > 1 and walk(expressions, path[:1]) == []


def _resources(module: Any, address: str = "", *, data: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource of a module and those below it, with its module's address. `data`: only data sources that are read."""
    stack = [(address, module)]
    while stack:
        here, content = stack.pop()
        for entry in children(tables(content).get("resources")):
            if not data or (entry.get("mode") == "data" and entry.get("type") in READ):
                yield here, entry
        below = reversed(children(tables(content).get("child_modules")))
        stack.extend((str(child.get("address", "")), child) for child in below)

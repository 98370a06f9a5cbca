"""Follows the references of a plan's configuration to resources: through variables, outputs, `count` and `for_each`.

Terraform's JSON names the references of an expression and not what is done with them, and it leaves locals out. What cannot be
told for sure is not followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from queuesmith.terraform.addresses import Key, Step, longest, steps, with_key
from queuesmith.terraform.document import Document, Resource, Target, Targets
from queuesmith.terraform.modules import Modules, names_of, references_in, tables

DEEPEST = 50
"""Modules in modules that are followed; more is a circle."""
_ITSELF = frozenset({"each", "count", "path", "terraform", "self"})


@dataclass(frozen=True)
class _Place:
    """Where an expression stands: in which module instance, and with which key of `for_each` or `count`."""

    module: str
    key: Key | None
    configuration: dict[str, Any]


class Following:
    """Follows references in one document."""

    def __init__(self, document: Document, modules: Modules) -> None:
        self._modules = modules
        self._document = document
        self._instances: dict[tuple[str, str], list[Resource]] = {}
        self._calls: dict[tuple[str, str], list[str]] = {}
        self._known: dict[tuple[str, Key | None, tuple[str, ...]], Targets] = {}
        seen: set[str] = set()
        for resource in document.resources.values():
            prefix = "data." if resource.mode == "data" else ""
            self._instances.setdefault((resource.module, f"{prefix}{resource.type}.{resource.name}"), []).append(resource)
            module = resource.module
            while module and module not in seen:
                seen.add(module)
                parent, step = _parent(module)
                self._calls.setdefault((parent, step.name), []).append(module)
                module = parent

    def targets(self, resource: Resource, expression: Any) -> Targets:
        """What an expression of a resource refers to."""
        return self._follow(references_in(expression), _Place(resource.module, resource.key, resource.configuration), 0)

    def _follow(self, references: list[str], place: _Place, depth: int) -> Targets:
        if depth > DEEPEST:
            return Targets(complete=False)
        by_key = any(reference.startswith(("each.", "count.")) for reference in references)
        found: list[Target] = []
        complete = True
        for reference in longest(references):
            result = self._one(steps(reference), place, depth, by_key=by_key)
            found += result.found
            complete = complete and result.complete
        return Targets(tuple(dict.fromkeys(found)), complete)

    def _one(self, way: tuple[Step, ...], place: _Place, depth: int, *, by_key: bool) -> Targets:
        first = way[0].name if way else ""
        if len(way) < 2 or first == "local":
            return Targets(complete=False)
        if first == "each" and way[1].name == "value":
            return self._each_value(way[2:], place, depth)
        if first == "var":
            return self._variable(way[1].name, place, depth)
        if first == "module":
            return self._output(way, place, depth, by_key=by_key)
        return Targets() if first in _ITSELF else self._resource(way, place, by_key=by_key)

    def _resource(self, way: tuple[Step, ...], place: _Place, *, by_key: bool) -> Targets:
        at = 2 if way[0].name == "data" else 1
        if len(way) <= at:
            return Targets(complete=False)
        instances = self._instances.get((place.module, ".".join(step.name for step in way[: at + 1])), [])
        chosen = _choose(instances, way[at].key, place.key if by_key else None)
        if chosen is None:
            return Targets(complete=False)
        return Targets((Target(chosen, way[at + 1].name if len(way) > at + 1 else None),))

    def _each_value(self, rest: tuple[Step, ...], place: _Place, depth: int) -> Targets:
        """`each.value.arn` where `for_each` goes over resources."""
        references = references_in(place.configuration.get("for_each_expression"))
        followed = self._follow([*references, "each.key"], place, depth + 1)
        attribute = rest[0].name if rest else None
        return Targets(tuple(Target(t.resource, attribute or t.attribute) for t in followed.found), followed.complete)

    def _variable(self, name: str, place: _Place, depth: int) -> Targets:
        names = names_of(place.module)
        call = self._modules.call(names)
        expression = tables(call.get("expressions")).get(name)
        if not names or expression is None:
            return Targets()  # a literal: there is nothing to follow
        parent, step = _parent(place.module)
        return self._follow(references_in(expression), _Place(parent, step.key, call), depth + 1)

    def _output(self, way: tuple[Step, ...], place: _Place, depth: int, *, by_key: bool) -> Targets:
        name = way[1].name
        instances = self._calls.get((place.module, name), [])
        wanted = way[1].key if way[1].key is not None else (place.key if by_key else None)
        if wanted is not None:
            instances = [module for module in instances if _parent(module)[1].key == wanted]
        if len(instances) != 1 or len(way) < 3:
            return Targets(complete=False)
        module = instances[0]
        expression = self._modules.output(names_of(module), way[2].name)
        return self._follow(references_in(expression), _Place(module, None, {}), depth + 1)


def _choose(instances: list[Resource], key: Key | None, own: Key | None) -> Resource | None:
    if key is not None:
        return next((resource for resource in instances if resource.key == key), None)
    if len(instances) == 1:
        return instances[0]
    return next((resource for resource in instances if own is not None and resource.key == own), None)


def _parent(module: str) -> tuple[str, Step]:
    """The address of the module instance that a module instance is in, and its own name and key."""
    way = steps(module)
    parent = ".".join(f"module.{with_key(step.name, step.key)}" for step in way[1:-1:2])
    return parent, way[-1]

"""Follows the references of a plan's configuration to resources: through variables, outputs, `count` and `for_each`.

Terraform's JSON lists the references of an expression, but not the operations on them, and it does not contain locals.
References whose target is not certain are not followed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from queuesmith.common.json_values import as_dict
from queuesmith.readers.terraform.addresses import Key, Step, steps, with_key, without_prefixes
from queuesmith.readers.terraform.document import Document, ReferenceTarget, ReferenceTargets, Resource
from queuesmith.readers.terraform.modules import Modules, names_of, references_in

T = TypeVar("T")
_DEEPEST = 50
"""The without_prefixes chain of variables and outputs that is followed."""
_NOT_FOLLOWED = ReferenceTargets(complete=False)
_NO_RESOURCE = frozenset({"each", "count", "path", "terraform", "self"})
_KEYS = frozenset({"each.key", "each.value", "count.index"})
"""The usual indexes that are not literals. `each.value` is the key if `for_each` iterates over a set."""


@dataclass(frozen=True)
class _Scope:
    """The location of an expression: its module instance, and the key of `for_each` or `count`."""

    module: str
    key: Key | None = None
    configuration: dict[str, Any] = field(default_factory=dict)


class ReferenceResolver:
    """Follows references in one document."""

    def __init__(self, document: Document, modules: Modules) -> None:
        self._modules = modules
        self._instances: dict[tuple[str, str], dict[Key | None, Resource]] = {}
        self._calls: dict[tuple[str, str], dict[Key | None, str]] = {}
        self._known: dict[Hashable, ReferenceTargets] = {}
        seen: set[str] = set()
        for resource in document.resources.values():
            own = f"{resource.type}.{resource.name}"
            self._instances.setdefault((resource.module, own), {})[resource.key] = resource
            module = resource.module
            while module and module not in seen:
                seen.add(module)
                parent, step = _parent(module)
                self._calls.setdefault((parent, step.name), {})[step.key] = module
                module = parent

    def targets(self, resource: Resource, expression: Any) -> ReferenceTargets:
        """Return the targets of an expression of a resource."""
        return self._follow(references_in(expression), _Scope(resource.module, resource.key, resource.configuration), 0)

    def _follow(self, references: Iterable[str], place: _Scope, depth: int) -> ReferenceTargets:
        listed = without_prefixes(references)
        key = place.key if any(reference in _KEYS for reference in listed) else None
        return _together(self._one(steps(reference), place, depth, key) for reference in listed)

    def _once(self, what: Hashable, depth: int, find: Callable[[], ReferenceTargets]) -> ReferenceTargets:
        """Follow each variable, output and `for_each` only once. A cycle is not followed."""
        if what not in self._known:
            if depth > _DEEPEST:
                return _NOT_FOLLOWED
            self._known[what] = _NOT_FOLLOWED
            self._known[what] = find()
        return self._known[what]

    def _one(self, way: tuple[Step, ...], place: _Scope, depth: int, key: Key | None) -> ReferenceTargets:
        first = way[0].name if way else ""
        if len(way) < 2 or first == "local":
            return _NOT_FOLLOWED
        if first == "each" and way[1].name == "value":
            return self._each_value(way[2:], place, depth)
        if first == "var":
            return self._variable(way[1].name, place.module, depth)
        if first == "module":
            return self._module(way, place, depth, key)
        return ReferenceTargets() if first in _NO_RESOURCE else self._resource(way, place, key)

    def _resource(self, way: tuple[Step, ...], place: _Scope, key: Key | None) -> ReferenceTargets:
        at = 2 if way[0].name == "data" else 1
        if len(way) <= at:
            return _NOT_FOLLOWED
        address = ".".join(step.name for step in way[: at + 1])
        instances = self._instances.get((place.module, address), {})
        if not instances:  # its count is 0, or it is a data source that was read, so no value is unknown
            configured = self._modules.resource(names_of(place.module), address) is not None
            return ReferenceTargets(complete=configured)
        chosen = _choose(instances, way[at].key, key)
        if chosen is None:
            return _NOT_FOLLOWED
        return ReferenceTargets((ReferenceTarget(chosen, way[at + 1].name if len(way) > at + 1 else None),))

    def _each_value(self, rest: tuple[Step, ...], place: _Scope, depth: int) -> ReferenceTargets:
        """Follow `each.value.arn` if `for_each` iterates over resources, or over tables that contain resources."""

        def find() -> ReferenceTargets:
            references = without_prefixes(references_in(place.configuration.get("for_each_expression")))
            others = [reference for reference in references if not reference.startswith("local.")]
            found = self._follow([*others, "each.key"], place, depth + 1)
            if len(others) == len(references):
                return found
            return replace(found, through_local=True) if found.found else _NOT_FOLLOWED

        followed = self._once(("each", place.module, place.key, id(place.configuration)), depth, find)
        if not rest or all(target.attribute for target in followed.found):
            return followed
        return replace(followed, found=tuple(ReferenceTarget(t.resource, t.attribute or rest[0].name) for t in followed.found))

    def _variable(self, name: str, module: str, depth: int) -> ReferenceTargets:
        names = names_of(module)
        call = self._modules.call(names)
        expression = as_dict(call.get("expressions")).get(name)
        if not names or expression is None:
            return ReferenceTargets()  # a literal: there is nothing to follow
        parent, step = _parent(module)
        place = _Scope(parent, step.key, call)
        return self._once(("var", module, name), depth, lambda: self._follow(references_in(expression), place, depth + 1))

    def _module(self, way: tuple[Step, ...], place: _Scope, depth: int, key: Key | None) -> ReferenceTargets:
        """Follow an output of a module. If Terraform does not name the output, follow all of them."""
        module = self._called(way[1], place.module, key)
        if module is None:
            return _NOT_FOLLOWED
        names = [way[2].name] if len(way) > 2 else self._modules.outputs(names_of(module))
        return _together(self._output(module, name, depth) for name in names) if names else _NOT_FOLLOWED

    def _called(self, step: Step, parent: str, key: Key | None) -> str | None:
        """Return the address of the module instance that a step refers to."""
        instances = self._calls.get((parent, step.name), {})
        if instances:
            return _choose(instances, step.key, key)
        call = self._modules.call((*names_of(parent), step.name))  # a module without resources, such as one for names
        if not call or "count_expression" in call or "for_each_expression" in call:
            return None
        return f"{parent}.module.{step.name}" if parent else f"module.{step.name}"

    def _output(self, module: str, name: str, depth: int) -> ReferenceTargets:
        expression = self._modules.output(names_of(module), name).get("expression")
        references = references_in(expression)
        return self._once(("output", module, name), depth, lambda: self._follow(references, _Scope(module), depth + 1))


def _together(results: Iterable[ReferenceTargets]) -> ReferenceTargets:
    found: dict[ReferenceTarget, None] = {}
    complete, through_local = True, False
    for result in results:
        found.update(dict.fromkeys(result.found))
        complete, through_local = complete and result.complete, through_local or result.through_local
    return ReferenceTargets(tuple(found), complete, through_local)


def _choose(instances: dict[Key | None, T], key: Key | None, own: Key | None) -> T | None:
    """Return the instance with the explicit key, else the only instance, else the one with the referring resource's key."""
    if key is not None:
        return instances.get(key)
    if len(instances) == 1:
        return next(iter(instances.values()))
    return instances.get(own) if own is not None else None


def _parent(module: str) -> tuple[str, Step]:
    """Return the address of the parent of a module instance, and the instance's own name and key."""
    way = steps(module)
    parent = ".".join(f"module.{with_key(step.name, step.key)}" for step in way[1:-1:2])
    return parent, way[-1] if way else Step("")

"""Follows the references of a plan's configuration to resources: through variables, outputs, `count` and `for_each`.

Terraform's JSON lists the references of an expression, but not the operations on them, and it does not contain locals.
References whose target is not certain are not resolved.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from queuesmith.common.json_values import as_dict
from queuesmith.readers.terraform.addresses import Key, Step, keys_in, steps, with_key, without_prefixes
from queuesmith.readers.terraform.document import Document, ReferenceTarget, ReferenceTargets, Resource
from queuesmith.readers.terraform.modules import Modules, names_of, references_in

T = TypeVar("T")
EachTarget = Callable[[str, Key | None, Sequence[Key]], ReferenceTarget | None]
"""Returns the resource to which `each.value` leads, by the address and key of an instance, and the path after `each.value`."""
_MAXIMUM_DEPTH = 50
"""The longest chain of variables and outputs that is resolved."""
_UNRESOLVED = ReferenceTargets(is_complete=False)
_NO_RESOURCE = frozenset({"each", "count", "path", "terraform", "self"})
_KEYS = frozenset({"each.key", "each.value", "count.index"})
"""The usual indexes that are not literals. `each.value` is the key if `for_each` iterates over a set."""


@dataclass(frozen=True)
class _Scope:
    """The location of an expression: its module instance, and the resource or call with its key of `for_each` or `count`."""

    module: str
    address: str = ""
    key: Key | None = None
    configuration: dict[str, Any] = field(default_factory=dict)


class ReferenceResolver:
    """Follows references in one document."""

    def __init__(self, document: Document, modules: Modules, each_target: EachTarget | None = None) -> None:
        """`each_target` knows the values of `for_each`. None: only the references in its expression are known."""
        self._modules, self._each_target = modules, each_target
        self._instances: dict[tuple[str, str], dict[Key | None, Resource]] = {}
        self._calls: dict[tuple[str, str], dict[Key | None, str]] = {}
        self._cache: dict[Hashable, ReferenceTargets] = {}
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
        return self._resolve(
            references_in(expression), _Scope(resource.module, resource.address, resource.key, resource.configuration), 0
        )

    def _resolve(self, references: Iterable[str], scope: _Scope, depth: int) -> ReferenceTargets:
        listed = without_prefixes(references)
        key = scope.key if any(reference in _KEYS for reference in listed) else None
        return _merged(self._reference_targets(steps(reference), scope, depth, key) for reference in listed)

    def _cached(self, what: Hashable, depth: int, find: Callable[[], ReferenceTargets]) -> ReferenceTargets:
        """Follow each variable, output and `for_each` only once. A cycle is not resolved."""
        if what not in self._cache:
            if depth > _MAXIMUM_DEPTH:
                return _UNRESOLVED
            self._cache[what] = _UNRESOLVED
            self._cache[what] = find()
        return self._cache[what]

    def _reference_targets(self, path: tuple[Step, ...], scope: _Scope, depth: int, key: Key | None) -> ReferenceTargets:
        first = path[0].name if path else ""
        if len(path) < 2 or first == "local":
            return _UNRESOLVED
        if first == "each" and path[1].name == "value":
            return self._each_value(path[1:], scope, depth)
        if first == "var":
            return self._variable(path[1].name, scope.module, depth)
        if first == "module":
            return self._module(path, scope, depth, key)
        return ReferenceTargets() if first in _NO_RESOURCE else self._resource(path, scope, key)

    def _resource(self, path: tuple[Step, ...], scope: _Scope, key: Key | None) -> ReferenceTargets:
        at = 2 if path[0].name == "data" else 1
        if len(path) <= at:
            return _UNRESOLVED
        address = ".".join(step.name for step in path[: at + 1])
        instances = self._instances.get((scope.module, address), {})
        if not instances:  # its count is 0, or it is a data source that was read, so no value is unknown
            configured = self._modules.resource(names_of(scope.module), address) is not None
            return ReferenceTargets(is_complete=configured)
        instance = _select_instance(instances, path[at].key, key)
        if instance is None:
            return _UNRESOLVED
        return ReferenceTargets((ReferenceTarget(instance, path[at + 1].name if len(path) > at + 1 else None),))

    def _each_value(self, path: tuple[Step, ...], scope: _Scope, depth: int) -> ReferenceTargets:
        """Follow `each.value.arn` if `for_each` iterates over resources, or over tables that contain resources."""
        known = self._each_target(scope.address, scope.key, keys_in(path)[1:]) if self._each_target else None
        if known:
            return ReferenceTargets((known,))
        rest = path[1:]

        def find() -> ReferenceTargets:
            references = without_prefixes(references_in(scope.configuration.get("for_each_expression")))
            others = [reference for reference in references if not reference.startswith("local.")]
            found = self._resolve([*others, "each.key"], scope, depth + 1)
            if len(others) == len(references):
                return found
            return replace(found, through_local=True) if found.items else _UNRESOLVED

        resolved = self._cached(("each", scope.module, scope.key, id(scope.configuration)), depth, find)
        if not rest or all(target.attribute for target in resolved.items):
            return resolved
        return replace(resolved, items=tuple(ReferenceTarget(t.resource, t.attribute or rest[0].name) for t in resolved.items))

    def _variable(self, name: str, module: str, depth: int) -> ReferenceTargets:
        names = names_of(module)
        call = self._modules.call(names)
        expression = as_dict(call.get("expressions")).get(name)
        if not names or expression is None:
            return ReferenceTargets()  # a literal: there is nothing to follow
        parent, step = _parent(module)
        scope = _Scope(parent, module, step.key, call)
        return self._cached(("var", module, name), depth, lambda: self._resolve(references_in(expression), scope, depth + 1))

    def _module(self, path: tuple[Step, ...], scope: _Scope, depth: int, key: Key | None) -> ReferenceTargets:
        """Follow an output of a module. If Terraform does not name the output, follow all of them."""
        module = self._module_instance(path[1], scope.module, key)
        if module is None:
            return _UNRESOLVED
        names = [path[2].name] if len(path) > 2 else self._modules.outputs(names_of(module))
        return _merged(self._output(module, name, depth) for name in names) if names else _UNRESOLVED

    def _module_instance(self, step: Step, parent: str, key: Key | None) -> str | None:
        """Return the address of the module instance that a step refers to."""
        instances = self._calls.get((parent, step.name), {})
        if instances:
            return _select_instance(instances, step.key, key)
        call = self._modules.call((*names_of(parent), step.name))  # a module without resources, such as one for names
        if not call or "count_expression" in call or "for_each_expression" in call:
            return None
        return f"{parent}.module.{step.name}" if parent else f"module.{step.name}"

    def _output(self, module: str, name: str, depth: int) -> ReferenceTargets:
        expression = self._modules.output(names_of(module), name).get("expression")
        references = references_in(expression)
        return self._cached(("output", module, name), depth, lambda: self._resolve(references, _Scope(module), depth + 1))


def _merged(results: Iterable[ReferenceTargets]) -> ReferenceTargets:
    found: dict[ReferenceTarget, None] = {}
    complete, through_local = True, False
    for result in results:
        found.update(dict.fromkeys(result.items))
        complete, through_local = complete and result.is_complete, through_local or result.through_local
    return ReferenceTargets(tuple(found), complete, through_local)


def _select_instance(instances: dict[Key | None, T], key: Key | None, own: Key | None) -> T | None:
    """Return the instance with the explicit key, else the only instance, else the one with the referring resource's key."""
    if key is not None:
        return instances.get(key)
    if len(instances) == 1:
        return next(iter(instances.values()))
    return instances.get(own) if own is not None else None


def _parent(module: str) -> tuple[str, Step]:
    """Return the address of the parent of a module instance, and the instance's own name and key."""
    path = steps(module)
    parent = ".".join(f"module.{with_key(step.name, step.key)}" for step in path[1:-1:2])
    return parent, path[-1] if path else Step("")

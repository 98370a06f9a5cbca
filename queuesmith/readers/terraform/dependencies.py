"""The dependency graph of a plan's configuration: the order in which Terraform creates resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queuesmith.common.json_values import as_dict
from queuesmith.readers.terraform.addresses import Step, steps, without_prefixes
from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.modules import Modules, Names, names_of, references_in
from queuesmith.rules import MaybeUnknown, Unknown

Node = tuple[Names, str]
"""A node and its module: a resource, `var.x`, `output.x`, `local.x`, or `module` for the module as a whole."""
_WHOLE = "module"


class Dependencies:
    """Answers whether one resource depends on another."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._next_nodes: dict[Node, tuple[Node, ...]] = {}
        self._last: tuple[Node, set[Node]] | None = None

    def depends_on(self, resource: Resource, other: Resource) -> MaybeUnknown[bool]:
        """Whether one resource depends on another. Unknown if the path could go through a local."""
        reached = self._reachable_from(_node(resource))
        if _node(other) in reached:
            return True
        through_locals = any(name.startswith("local.") for _, name in reached)
        return Unknown(f"the dependencies of {resource.address} through locals") if through_locals else False

    def _reachable_from(self, start: Node) -> set[Node]:
        """Return all nodes that are created before a node. The last result is cached for the policies of a mapping's role."""
        if self._last is None or self._last[0] != start:
            seen, stack = {start}, [start]
            while stack:
                fresh = [node for node in self._next(stack.pop()) if node not in seen]
                seen.update(fresh)
                stack.extend(fresh)
            self._last = (start, seen)
        return self._last[1]

    def _next(self, node: Node) -> tuple[Node, ...]:
        if node not in self._next_nodes:
            self._next_nodes[node] = tuple(dict.fromkeys(self._dependencies_of(node)))
        return self._next_nodes[node]

    def _dependencies_of(self, node: Node) -> Iterator[Node]:
        names, name = node
        if name == _WHOLE:
            yield from ((names, address) for address in self._modules.resources_in(names))
            yield from ((inside, _WHOLE) for inside in self._modules.below(names))
        elif name.startswith("var."):
            call = self._modules.call(names)
            yield from self._referenced_nodes(names[:-1], references_in(as_dict(call.get("expressions")).get(name[4:])))
        elif name.startswith("output."):
            output = self._modules.output(names, name.removeprefix("output."))
            yield from self._referenced_nodes(names, references_in(output))
            yield from self._explicit_nodes(names, output)
        elif content := self._modules.resource(names, name):
            yield from self._referenced_nodes(names, references_in(content))
            yield from self._explicit_nodes(names, content)
            for length in range(len(names), 0, -1):  # everything in a module waits for what the module waits for
                call = self._modules.call(names[:length])
                yield from self._explicit_nodes(names[: length - 1], call)
                repeated = [call.get("count_expression"), call.get("for_each_expression")]
                yield from self._referenced_nodes(names[: length - 1], references_in(repeated))

    def _referenced_nodes(self, names: Names, references: list[str]) -> Iterator[Node]:
        """Yield the nodes that an expression depends on."""
        for reference in without_prefixes(references):
            path = steps(reference)
            if len(path) > 1 and path[0].name == "module":
                inside = (*names, path[1].name)
                outputs = [path[2].name] if len(path) > 2 else self._modules.outputs(inside)
                yield from ((inside, f"output.{name}") for name in outputs)
            else:
                yield from _local_node(names, path)

    def _explicit_nodes(self, names: Names, content: dict[str, Any]) -> Iterator[Node]:
        """Yield the nodes in `depends_on`: resources, or whole modules."""
        named = content.get("depends_on")
        for reference in named if isinstance(named, list) else []:
            path = steps(str(reference))
            if len(path) > 1 and path[0].name == "module":
                yield (*names, path[1].name), _WHOLE
            else:
                yield from _local_node(names, path)


def _local_node(names: Names, path: tuple[Step, ...]) -> Iterator[Node]:
    """Yield the node for a reference to something in the same module."""
    length = 3 if path and path[0].name == "data" else 2
    if len(path) >= length and path[0].name not in ("each", "count", "path", "self", "terraform"):
        yield names, ".".join(step.name for step in path[:length])


def _node(resource: Resource) -> Node:
    return names_of(resource.module), f"{resource.type}.{resource.name}"

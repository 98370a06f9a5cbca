"""The dependency graph of a plan's configuration: the order in which Terraform creates resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queuesmith.common.json_values import as_dict
from queuesmith.readers.terraform.addresses import Step, longest, steps
from queuesmith.readers.terraform.document import Resource
from queuesmith.readers.terraform.modules import Modules, Names, names_of, references_in
from queuesmith.rules import MaybeUnknown, Unknown

Node = tuple[Names, str]
"""A node and its module: a resource, `var.x`, `output.x`, `local.x`, or `module` for the module as a whole."""
_WHOLE = "module"


class Dependencies:
    """Finds paths in the graph."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._following: dict[Node, tuple[Node, ...]] = {}
        self._last: tuple[Node, set[Node]] | None = None

    def path(self, resource: Resource, other: Resource) -> MaybeUnknown[bool]:
        """Whether one resource depends on another. Unknown if the path could go through a local."""
        reached = self._from(_node(resource))
        if _node(other) in reached:
            return True
        through_locals = any(name.startswith("local.") for _, name in reached)
        return Unknown(f"what {resource.address} depends on through locals") if through_locals else False

    def _from(self, start: Node) -> set[Node]:
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
        if node not in self._following:
            self._following[node] = tuple(dict.fromkeys(self._found(node)))
        return self._following[node]

    def _found(self, node: Node) -> Iterator[Node]:
        names, name = node
        if name == _WHOLE:
            yield from ((names, address) for address in self._modules.resources_in(names))
            yield from ((inside, _WHOLE) for inside in self._modules.below(names))
        elif name.startswith("var."):
            call = self._modules.call(names)
            yield from self._expressed(names[:-1], references_in(as_dict(call.get("expressions")).get(name[4:])))
        elif name.startswith("output."):
            output = self._modules.output(names, name.removeprefix("output."))
            yield from self._expressed(names, references_in(output))
            yield from self._awaited(names, output)
        elif content := self._modules.resource(names, name):
            yield from self._expressed(names, references_in(content))
            yield from self._awaited(names, content)
            for length in range(len(names), 0, -1):  # everything in a module waits for what the module waits for
                call = self._modules.call(names[:length])
                yield from self._awaited(names[: length - 1], call)
                repeated = [call.get("count_expression"), call.get("for_each_expression")]
                yield from self._expressed(names[: length - 1], references_in(repeated))

    def _expressed(self, names: Names, references: list[str]) -> Iterator[Node]:
        """Yield the nodes that an expression depends on."""
        for reference in longest(references):
            way = steps(reference)
            if len(way) > 1 and way[0].name == "module":
                inside = (*names, way[1].name)
                outputs = [way[2].name] if len(way) > 2 else self._modules.outputs(inside)
                yield from ((inside, f"output.{name}") for name in outputs)
            else:
                yield from _own(names, way)

    def _awaited(self, names: Names, content: dict[str, Any]) -> Iterator[Node]:
        """Yield the nodes in `depends_on`: resources, or whole modules."""
        named = content.get("depends_on")
        for reference in named if isinstance(named, list) else []:
            way = steps(str(reference))
            if len(way) > 1 and way[0].name == "module":
                yield (*names, way[1].name), _WHOLE
            else:
                yield from _own(names, way)


def _own(names: Names, way: tuple[Step, ...]) -> Iterator[Node]:
    """Yield the node for a reference to something in the same module."""
    length = 3 if way and way[0].name == "data" else 2
    if len(way) >= length and way[0].name not in ("each", "count", "path", "self", "terraform"):
        yield names, ".".join(step.name for step in way[:length])


def _node(resource: Resource) -> Node:
    return names_of(resource.module), f"{resource.type}.{resource.name}"

"""The dependency graph of a plan's configuration: what Terraform makes before what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queuesmith.rules import Known, Unknown
from queuesmith.terraform.addresses import Step, longest, steps
from queuesmith.terraform.document import Resource
from queuesmith.terraform.modules import Modules, Names, names_of, references_in, tables

Node = tuple[Names, str]
"""A resource, `var.x`, `output.x`, `local.x` or `module` (all of one), by the module that it is in."""
WHOLE = "module"


class Dependencies:
    """Paths in the graph."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._reached: dict[Node, tuple[set[Node], bool]] = {}

    def path(self, resource: Resource, other: Resource) -> Known[bool]:
        """Whether there is a way from one resource to another; unknown where it might go through a local."""
        reached, complete = self._from(_node(resource))
        if _node(other) in reached:
            return True
        return False if complete else Unknown(f"what {resource.address} depends on through locals")

    def _from(self, start: Node) -> tuple[set[Node], bool]:
        if start not in self._reached:
            seen, complete, stack = {start}, True, [start]
            while stack:
                node = stack.pop()
                if node[1].startswith("local."):
                    complete = False
                for following in self._next(node):
                    if following not in seen:
                        seen.add(following)
                        stack.append(following)
            self._reached[start] = (seen, complete)
        return self._reached[start]

    def _next(self, node: Node) -> list[Node]:
        names, name = node
        if name == WHOLE:
            below = [(inside, WHOLE) for inside in self._modules.below(names)]
            return [*((names, address) for address in self._modules.resources_in(names)), *below]
        if name.startswith("var."):
            expression = tables(self._modules.call(names).get("expressions")).get(name.removeprefix("var."))
            return list(self._expressed(names[:-1], references_in(expression))) if names else []
        if name.startswith("output."):
            return list(self._expressed(names, references_in(self._modules.output(names, name.removeprefix("output.")))))
        content = self._modules.resource_at(names, name)
        if content is None:
            return []
        nodes = [*self._expressed(names, references_in(content)), *self._awaited(names, content)]
        for length in range(len(names), 0, -1):  # what a module waits for, all in it waits for
            nodes += self._awaited(names[: length - 1], self._modules.call(names[:length]))
        return nodes

    def _expressed(self, names: Names, references: list[str]) -> Iterator[Node]:
        """What an expression waits for."""
        for reference in longest(references):
            way = steps(reference)
            if len(way) > 1 and way[0].name == "module":
                inside = (*names, way[1].name)
                outputs = [way[2].name] if len(way) > 2 else self._modules.outputs(inside)
                yield from ((inside, f"output.{name}") for name in outputs)
            else:
                yield from _own(names, way)

    def _awaited(self, names: Names, content: dict[str, Any]) -> Iterator[Node]:
        """What `depends_on` names: resources, or modules with all that is in them."""
        named = content.get("depends_on")
        for reference in named if isinstance(named, list) else []:
            way = steps(str(reference))
            if len(way) > 1 and way[0].name == "module":
                yield (*names, way[1].name), WHOLE
            else:
                yield from _own(names, way)


def _own(names: Names, way: tuple[Step, ...]) -> Iterator[Node]:
    """Something in the same module."""
    length = 3 if way and way[0].name == "data" else 2
    if len(way) >= length and way[0].name not in ("each", "count", "path", "self", "terraform"):
        yield names, ".".join(step.name for step in way[:length])


def _node(resource: Resource) -> Node:
    prefix = "data." if resource.mode == "data" else ""
    return names_of(resource.module), f"{prefix}{resource.type}.{resource.name}"

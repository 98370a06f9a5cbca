"""The configuration in a plan: resources, calls and outputs by the module's path."""

from __future__ import annotations

from typing import Any

from queuesmith.common.json_values import as_dict, dicts_in
from queuesmith.readers.terraform.addresses import steps

Names = tuple[str, ...]
"""The path of a module: the names of its calls without instance keys."""


def names_of(address: str) -> Names:
    """Return the path of a module instance: `("a", "b")` for `module.a["x"].module.b`."""
    return tuple(step.name for step in steps(address)[1::2])


class Modules:
    """The configuration of every module."""

    def __init__(self, root: Any) -> None:
        self._contents: dict[Names, dict[str, Any]] = {}
        self._resources: dict[Names, dict[str, dict[str, Any]]] = {}
        self._below: dict[Names, list[Names]] = {}
        stack: list[tuple[Names, Any]] = [((), root)]
        while stack:
            names, content = stack.pop()
            self._contents[names] = as_dict(content)
            found = dicts_in(as_dict(content).get("resources"))
            self._resources[names] = {each["address"]: each for each in found if isinstance(each.get("address"), str)}
            calls = as_dict(as_dict(content).get("module_calls"))
            self._below[names] = [(*names, name) for name in calls]
            stack.extend(((*names, name), as_dict(call).get("module")) for name, call in calls.items())

    def resource(self, names: Names, address: str) -> dict[str, Any] | None:
        """Return the configuration of a resource by its address inside its module, or None."""
        return self._resources.get(names, {}).get(address)

    def resources_in(self, names: Names) -> list[str]:
        """Return the addresses of a module's own resources."""
        return list(self._resources.get(names, {}))

    def below(self, names: Names) -> list[Names]:
        """Return the modules that a module calls."""
        return self._below.get(names, [])

    def call(self, names: Names) -> dict[str, Any]:
        """Return the call of a module in its parent."""
        return as_dict(as_dict(self._contents.get(names[:-1], {}).get("module_calls")).get(names[-1])) if names else {}

    def output(self, names: Names, name: str) -> dict[str, Any]:
        """Return a module's output: its expression and its `depends_on`."""
        return as_dict(as_dict(self._contents.get(names, {}).get("outputs")).get(name))

    def outputs(self, names: Names) -> list[str]:
        """Return the names of a module's outputs."""
        return list(as_dict(self._contents.get(names, {}).get("outputs")))


def references_in(expression: Any) -> list[str]:
    """Return every reference in an expression, at any depth, in Terraform's order."""
    references: list[str] = []
    stack = [expression]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            named = value.get("references")
            if isinstance(named, list):
                references.extend(item for item in named if isinstance(item, str))
            stack.extend(item for key, item in value.items() if key not in ("references", "constant_value"))
        elif isinstance(value, list):
            stack.extend(reversed(value))
    return references

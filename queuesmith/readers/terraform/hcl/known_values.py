"""Decides whether an expression's value is known, so that null means null and not "could not be evaluated"."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from queuesmith.readers.terraform.addresses import Key, keys_in, steps
from queuesmith.readers.terraform.document import walk
from queuesmith.readers.terraform.hcl.configuration import Configuration
from queuesmith.readers.terraform.hcl.syntax import Attribute, Block
from queuesmith.readers.terraform.modules import Names

_FUNCTIONS = frozenset(
    (
        *(
            "can",
            "coalesce",
            "coalescelist",
            "compact",
            "concat",
            "contains",
            "distinct",
            "element",
            "flatten",
            "format",
            "join",
        ),
        *("keys", "length", "lookup", "lower", "max", "merge", "min", "one", "replace", "slice", "sort", "split", "title"),
        *("tobool", "tolist", "tomap", "tonumber", "toset", "tostring", "trimprefix", "trimspace", "trimsuffix", "try"),
        *("upper", "values", "zipmap"),
    )
)
"""Functions that return the same value for the same arguments."""
_SHORT_LISTS = re.compile(r"(?:[^?]*\?\s*\[[^\[\],]*\]\s*:\s*)?\[[^\[\],]*\]", re.DOTALL)
UNRESOLVED = "__attribute__"
"""The key under which tfparse writes an expression that it cannot evaluate."""
_ALWAYS = frozenset({"path", "terraform"})
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""The id of a block."""
Each = Mapping[str, Any]
"""The values of `each.key` and `each.value`, or of `count.index`, in one instance."""


class KnownValues:
    """Follows references to variables and locals, up to values that are given or that tfparse has evaluated."""

    def __init__(
        self, configuration: Configuration, given: set[str], evaluated: Mapping[Names, Iterable[dict[str, Any]]]
    ) -> None:
        """`given` are the root module's variables with a value. `evaluated` are the arguments of each module, by instance."""
        self._configuration, self._given, self._evaluated = configuration, given, evaluated
        self._cache: dict[tuple[Names, str], bool] = {}

    def is_known(self, names: Names, attribute: Attribute, *, each: Each | None = None) -> bool:
        """Whether an expression of a module uses known values only. `each` is None if `each` or `count.index` is not known."""
        if not attribute.functions <= _FUNCTIONS:
            return False
        return all(self._is_known_reference(names, reference, each) for reference in attribute.references)

    def is_null(self, names: Names, attribute: Attribute, *, each: Each | None) -> bool:
        """Whether an expression for which tfparse returns null is null, and not one that it could not evaluate."""
        name = attribute.text.removeprefix("var.")
        arguments = self._evaluated.get(names, ()) if name != attribute.text else ()
        if any(instance.get(name) is not None for instance in arguments):
            return False  # tfparse has lost the argument of a module that refers to its own outputs
        return self.is_known(names, attribute, each=each)

    def is_uncertain_block(self, names: Names, block: Block, kind: str, *, each: Each | None) -> bool:
        """Whether the nested blocks of a type are not known for certain: a `dynamic` block creates them.

        tfparse does not return all blocks if there are several. The usual `CONDITION ? [1] : []` creates one at most.
        """
        for dynamic in block.dynamic(kind):
            repeated = dynamic.attributes.get("for_each")
            if repeated is None or not self.is_known(names, repeated, each=each) or not _creates_at_most_one(repeated):
                return True
        return False

    def _is_known_reference(self, names: Names, reference: str, each: Each | None) -> bool:
        path = keys_in(steps(reference))
        if not path or path[0] in _ALWAYS:
            return bool(path)
        if path[0] in ("each", "count"):
            return each is not None and not _is_set_by_aws(each, path[1:])
        if path[0] not in ("var", "local") or len(path) < 2:
            return False
        if self._can_be_set_by_aws(names, reference, path):
            return False
        key = (names, f"{path[0]}.{path[1]}")
        if key not in self._cache:
            self._cache[key] = False  # a reference to itself
            find = self._is_known_variable if path[0] == "var" else self._is_known_local
            self._cache[key] = find(names, str(path[1]))
        return self._cache[key]

    def _can_be_set_by_aws(self, names: Names, reference: str, path: list[Key]) -> bool:
        """Whether a reference leads into a resource that a module gets as an argument, to an attribute that its block omits."""
        if path[0] == "var":
            return any(_is_set_by_aws(walk(each, tuple(path[1:2])), path[2:]) for each in self._evaluated.get(names, ()))
        if len(path) < 3 or names not in self._configuration.modules:
            return False
        arguments = map(steps, self._configuration.expanded(self._configuration.modules[names], [reference]))
        paths = [tuple(keys_in(path))[1:] for path in arguments if path and path[0].name == "var"]
        return any(_contains_resource(walk(each, path)) for path in paths for each in self._evaluated.get(names, ()))

    def _is_known_local(self, names: Names, name: str) -> bool:
        module = self._configuration.modules.get(names)
        attribute = module.local(name) if module else None
        return attribute is not None and self.is_known(names, attribute)

    def _is_known_variable(self, names: Names, name: str) -> bool:
        module = self._configuration.modules.get(names)
        declared = module.named("variable", name) if module else None
        if declared is None:
            return False
        has_default = "default" in declared.attributes
        if not names:
            return name in self._given or has_default
        call = self._configuration.modules[names[:-1]].named("module", names[-1])
        argument = call.attributes.get(name) if call else None
        if argument is None:
            return has_default
        values = [arguments.get(name) for arguments in self._evaluated.get(names, ())]
        return (bool(values) and all(map(is_whole, values))) or self.is_known(names[:-1], argument)


def resource_in(value: Any, path: Sequence[Key], ids: Container[str]) -> tuple[str, list[Key]] | None:
    """Return the id of the first resource on a path through a value, and the rest of the path. `ids`: those of resources."""
    for at in range(len(path) + 1):
        found = walk(value, tuple(path[:at]))
        block = found.get("id") if isinstance(found, dict) else None
        if isinstance(block, str) and block in ids:
            return block, list(path[at:])
    return None


def _is_set_by_aws(value: Any, path: Sequence[Key]) -> bool:
    """Whether a path leads to an attribute that is not in a resource's block, such as the URL of a queue."""
    for name in path:
        if isinstance(value, dict) and value.get(str(name)) is None and ID.fullmatch(str(value.get("id"))):
            return True
        value = walk(value, (name,))
    return False


def _contains_resource(value: Any) -> bool:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if ID.fullmatch(str(item.get("id"))):
                return True
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return False


def is_whole(value: Any) -> bool:
    """Whether tfparse has evaluated a value completely."""
    stack = [value]
    while stack:
        item = stack.pop()
        if item is None or (isinstance(item, str) and "${" in item):
            return False
        if isinstance(item, dict):
            if UNRESOLVED in item:
                return False
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return True


def _creates_at_most_one(repeated: Attribute) -> bool:
    """Whether an expression is `[…]`, or a condition between such lists, each with one element at most."""
    return _SHORT_LISTS.fullmatch(repeated.text) is not None

"""Finds values that tfparse has evaluated from operands that are not the real ones.

Inside a module, an argument that is not known is null: a text ends before it, and `var.name != null` is false. An ARN is the
id of its resource's block: a function that searches an ARN finds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from queuesmith.readers.terraform.addresses import steps
from queuesmith.readers.terraform.document import walk
from queuesmith.readers.terraform.hcl.configuration import Configuration
from queuesmith.readers.terraform.hcl.known_values import ID, KnownValues, is_whole
from queuesmith.readers.terraform.hcl.syntax import Attribute
from queuesmith.readers.terraform.modules import Names

_SEARCHES = frozenset(
    {"regex", "regexall", "split", "replace", "substr", "startswith", "endswith", "strcontains", "trimprefix", "trimsuffix"}
)
"""Functions whose result depends on what a text contains."""
_CONTAINERS = frozenset({"var", "local", "module", "each", "count", "path", "terraform", "self"})


class GuessedValues:
    """Follows references through locals, arguments of modules and outputs."""

    def __init__(
        self, configuration: Configuration, known: KnownValues, evaluated: Mapping[Names, Iterable[dict[str, Any]]]
    ) -> None:
        """`evaluated` are the arguments of each module, by instance."""
        self._configuration, self._known, self._evaluated = configuration, known, evaluated
        self._cache: dict[tuple[Names, str], bool] = {}

    def is_guessed(self, names: Names, attribute: Attribute) -> bool:
        """Whether tfparse has evaluated an expression of a module from such an operand."""
        searches = bool(attribute.functions & _SEARCHES)
        return any(
            (searches and self._can_be_arn(names, reference)) or self._is_guessed_reference(names, reference)
            for reference in attribute.references
        )

    def _is_guessed_reference(self, names: Names, reference: str) -> bool:
        key = (names, reference)
        if key not in self._cache:
            self._cache[key] = False  # a reference to itself
            source = self._source(names, reference)
            if source and (self._is_null_argument(names, reference, source[1]) or self.is_guessed(*source)):
                self._cache[key] = True
        return self._cache[key]

    def _can_be_arn(self, names: Names, reference: str, seen: frozenset[str] = frozenset()) -> bool:
        path = _path(reference)
        if path[0] not in _CONTAINERS or path[:2] == ("each", "value"):
            return path[0] != "data"
        if path[0] == "var":
            return any(ID.search(json.dumps(value, default=str)) for value in self._arguments(names, path))
        source, seen = self._source(names, reference), seen | {reference}
        return source is not None and any(
            self._can_be_arn(source[0], each, seen) for each in source[1].references if each not in seen
        )

    def _is_null_argument(self, names: Names, reference: str, argument: Attribute) -> bool:
        """Whether a reference is to an argument that is null, although it is not known to be."""
        path = _path(reference)
        if path[0] != "var" or not names:
            return False
        return not all(map(is_whole, self._arguments(names, path))) and not self._known.is_known(names[:-1], argument)

    def _arguments(self, names: Names, path: tuple[str, ...]) -> list[Any]:
        """Return the value of `var.NAME.…` in each instance of a module."""
        return [walk(arguments, path[1:]) for arguments in self._evaluated.get(names, ())]

    def _source(self, names: Names, reference: str) -> tuple[Names, Attribute] | None:
        """Return the expression of the local, argument or output that a reference names, and its module."""
        kind, *path = _path(reference)
        module, attribute = self._configuration.modules.get(names), None
        if module is None or not path:
            return None
        if kind == "local":
            attribute = module.local(path[0])
        elif kind == "var" and names:
            names = names[:-1]
            call = self._configuration.modules[names].named("module", module.names[-1])
            attribute = call.attributes.get(path[0]) if call else None
        elif kind == "module" and len(path) > 1 and (called := module.calls.get(path[0])):
            names, output, path = called.names, called.named("output", path[1]), path[1:]
            attribute = output.attributes.get("value") if output else None
        return (names, attribute.element(path[1:]) or attribute) if attribute else None


def _path(reference: str) -> tuple[str, ...]:
    return tuple(str(step.name) for step in steps(reference)) or ("",)

"""Reads `cdk.tf.json`, or any Terraform in JSON syntax. Values that only Terraform computes are `${…}` expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from queuesmith.common.json_values import as_dict, dicts_in
from queuesmith.readers.terraform.document import Document, Path, ReferenceTarget, ReferenceTargets, Resource, walk
from queuesmith.readers.terraform.locations import Location, account_in_provider
from queuesmith.readers.terraform.templates import EXPRESSION, pieces
from queuesmith.rules import MaybeUnknown, Unknown

_COMMENT = "//"
"""The key that Terraform ignores. cdktf puts metadata there."""
_REFERENCE = re.compile(r"(?<![\w.])((?:data\.)?[a-z][a-z0-9]*_\w+\.[A-Za-z_][\w-]*)(?:\[[^\]]*\])?(?:\.([a-z_]\w*))?")
_LOCAL = re.compile(r"(?<![\w.])local\.([A-Za-z_][\w-]*)")
_MODULE = re.compile(r"(?<![\w.])module\.")
_OUTSIDE = re.compile(r"(?<![\w.])(?:var|module|each)\.")
"""References to values that are not in the file."""


class SynthesizedDocument(Document):
    """One stack in the JSON that cdktf writes."""

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__()
        self._locals = dict(_labelled(content.get("locals")))
        self._providers, self._tags = _providers(content.get("provider"))
        self._modules = [name for name, _ in _labelled(content.get("module"))]
        for prefix, section in (("", "resource"), ("data.", "data")):
            for kind, instances in _labelled(content.get(section)):
                for name, body in _labelled(instances):
                    values = body if isinstance(body, dict) else next(iter(dicts_in(body)), {})
                    if values.get("count") not in (0, "0"):
                        self.add(Resource(self, f"{prefix}{kind}.{name}", f"{prefix}{kind}", name, values=values))
        self._named: dict[str, tuple[set[str], bool]] = {}

    @property
    def tags(self) -> dict[str, Any]:
        """Return the provider's default tags."""
        return self._tags

    def provider(self, resource: Resource) -> Location:
        """Return the place of the provider that the resource names, or of the default provider."""
        key = str(resource.values.get("provider", "aws")).removeprefix("${").removesuffix("}")
        return self._providers.get(key) or Location(provider=key)

    @property
    def unread_modules(self) -> list[tuple[str, str]]:
        """Return the modules: the file contains only their calls."""
        return [(f"module.{name}", "its resources are not in this file") for name in self._modules]

    def value(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        """Return the value. Unknown if it contains an expression, or if a dynamic block creates it."""
        written = walk(resource.values, path)
        if written is None:
            return resource.unknown_at(path) if _is_dynamic(resource, path) else None
        return _plain(written) if not isinstance(written, str) or not EXPRESSION.search(written) else resource.unknown_at(path)

    def targets(self, resource: Resource, path: Path) -> ReferenceTargets:
        """Return the resources in the expressions at the path."""
        if _is_dynamic(resource, path):
            return ReferenceTargets(is_complete=False)
        return self._targets(_expressions(walk(resource.values, path)))

    def is_set(self, resource: Resource, path: Path) -> bool:
        """Whether the file contains the attribute."""
        return walk(resource.values, path) is not None

    def raw(self, resource: Resource, path: Path) -> MaybeUnknown[Any]:
        """Return the value with references in the rules' form: `${aws_sqs_queue.orders.arn}`."""
        written = walk(resource.values, path)
        if not isinstance(written, str) or not EXPRESSION.search(written):
            return self.value(resource, path)
        parts: list[str] = []
        for literal, expression in pieces(written):
            parts.append(_plain(literal) if expression is None else self._canonical(expression))
        return "".join(parts)

    def _canonical(self, expression: str) -> str:
        match = _REFERENCE.fullmatch(expression.strip())
        targets = self._targets([expression]).items if match else ()
        return targets[0].text if len(targets) == 1 else f"${{{expression}}}"

    def _targets(self, expressions: Iterable[str]) -> ReferenceTargets:
        targets: dict[ReferenceTarget, None] = {}
        every, complete = self._with_locals(expressions)
        for expression in every:
            complete = complete and _OUTSIDE.search(expression) is None
            for address, attribute in _REFERENCE.findall(expression):
                if address in self.resources:
                    targets[ReferenceTarget(self.resources[address], attribute or None)] = None
                else:
                    complete = False
        return ReferenceTargets(tuple(targets), complete)

    def _with_locals(self, expressions: Iterable[str]) -> tuple[list[str], bool]:
        """Return the expressions and those of the locals that they use, and whether the file contains all these locals."""
        every, seen, complete = list(expressions), set[str](), True
        for expression in every:  # the loop body appends to the list
            for name in _LOCAL.findall(expression):
                if name not in seen:
                    seen.add(name)
                    every += _expressions(self._locals.get(name))
                    complete = complete and name in self._locals
        return every, complete

    def depends_on(self, resource: Resource, other: Resource) -> MaybeUnknown[bool]:
        """Decide by references and depends_on."""
        seen, complete, stack = {resource.address}, True, [resource.address]
        while stack:
            named, whole = self._names(stack.pop())
            complete = complete and whole
            fresh = named - seen
            seen |= fresh
            stack.extend(fresh)
        if other.address in seen:
            return True
        return False if complete else Unknown(f"the dependencies of {resource.address} outside the file")

    def _names(self, address: str) -> tuple[set[str], bool]:
        """Return the resources that one refers to directly, and whether these are all: False if it refers to a module."""
        if address not in self._named:
            values = self.resources[address].values
            awaited = values.get("depends_on")
            texts = [text for text in awaited if isinstance(text, str)] if isinstance(awaited, list) else []
            every, complete = self._with_locals([*texts, *_expressions(values)])
            found = {target.resource.address for target in self._targets(every).items}
            self._named[address] = found, complete and not any(_MODULE.search(expression) for expression in every)
        return self._named[address]


def _labelled(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the blocks under labels: each value is a table, or a list of tables."""
    for table in [value] if isinstance(value, dict) else dicts_in(value):
        yield from ((label, content) for label, content in table.items() if label != _COMMENT)


def _providers(section: Any) -> tuple[dict[str, Location], dict[str, Any]]:
    """Return the place of each configuration of the AWS provider, and the default tags of the one without an alias."""
    places: dict[str, Location] = {}
    tags: dict[str, Any] = {}
    for name, provider in _labelled(section):
        for each in [provider] if isinstance(provider, dict) else dicts_in(provider):
            key = f"{name}.{each['alias']}" if "alias" in each else name
            places[key] = Location.read(each.get("region"), account_in_provider(each), key)
            if key == "aws":
                tags = as_dict(walk(each.get("default_tags"), (0, "tags")))
    return places, tags


def _is_dynamic(resource: Resource, path: Path) -> bool:
    """Whether a dynamic block creates the value at the path."""
    return any(name == path[0] for name, _ in _labelled(resource.values.get("dynamic"))) if path else False


def _plain(value: Any) -> Any:
    """Return a text with the escape sequences for `${` and `%{` resolved."""
    return value.replace("$${", "${").replace("%%{", "%{") if isinstance(value, str) else value


def _expressions(value: Any) -> list[str]:
    """Return the contents of all `${…}` in a value, at any depth."""
    expressions: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            expressions += [expression for _, expression in pieces(item) if expression is not None]
        elif isinstance(item, dict):
            stack.extend(content for key, content in item.items() if key not in (_COMMENT, "depends_on"))
        elif isinstance(item, list):
            stack.extend(item)
    return expressions

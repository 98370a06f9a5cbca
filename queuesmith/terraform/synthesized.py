"""`cdk.tf.json`, or any Terraform in JSON syntax, as a document: what is written, and `${…}` where Terraform will know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from queuesmith.rules import Known, Unknown
from queuesmith.terraform.document import Document, Path, Resource, Target, Targets, walk
from queuesmith.terraform.modules import children, tables

_EXPRESSION = re.compile(r"\$\{(.*?)\}", re.DOTALL)
_REFERENCE = re.compile(r"(?<![\w.])((?:data\.)?[a-z][a-z0-9]*_\w+\.[A-Za-z_][\w-]*)((?:\[[^\]]*\])?)(?:\.([a-z_]\w*))?")
_ELSEWHERE = re.compile(r"(?<![\w.])(var|local|module)\.([A-Za-z_][\w-]*)")


class SynthesizedDocument(Document):
    """One stack as cdktf writes it."""

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__()
        self._locals = tables(content.get("locals"))
        self._provider = content.get("provider")
        self._modules = [name for name in tables(content.get("module")) if name != "//"]
        for mode, section in (("managed", "resource"), ("data", "data")):
            for kind, instances in tables(content.get(section)).items():
                for name, body in tables(instances).items():
                    prefix = "data." if mode == "data" else ""
                    values = body if isinstance(body, dict) else next(iter(children(body)), {})
                    self.add(Resource(self, f"{prefix}{kind}.{name}", kind, name, mode, values=values))
        self._waiting: dict[str, tuple[set[str], bool]] = {}

    @property
    def tags(self) -> dict[str, Any]:
        """The provider's default tags."""
        provider = tables(self._provider).get("aws")
        if isinstance(provider, list):
            provider = next(iter(children(provider)), {})
        return tables(walk(tables(provider).get("default_tags"), (0, "tags")))

    @property
    def opaque(self) -> list[str]:
        """Modules are called here, and written elsewhere."""
        return [f"module.{name}" for name in self._modules]

    def value(self, resource: Resource, path: Path) -> Known[Any]:
        """Unknown where the value is, or holds, an expression."""
        found = walk(resource.values, path)
        if isinstance(found, str) and "${" in found:
            return resource.unknown_at(path)
        return found

    def targets(self, resource: Resource, path: Path) -> Targets:
        """The resources that expressions there name."""
        return self._targets(walk(resource.values, path))

    def is_set(self, resource: Resource, path: Path) -> bool:
        """Whether it is written."""
        return walk(resource.values, path) is not None

    def waits_for(self, resource: Resource, other: Resource) -> Known[bool]:
        """By references and depends_on."""
        reached, complete = self._reached(resource)
        if other.address in reached:
            return True
        return False if complete else Unknown(f"what {resource.address} depends on elsewhere")

    def raw(self, resource: Resource, path: Path) -> Known[Any]:
        """What is written, with references as the rules write them."""
        found = walk(resource.values, path)
        return self.canonical(found) if isinstance(found, str) else found

    def canonical(self, text: str) -> str:
        """The text with each reference to a resource as the rules write it: `${aws_sqs_queue.orders.arn}`."""
        return _EXPRESSION.sub(self._canonical, text)

    def _canonical(self, match: re.Match[str]) -> str:
        found = self._targets(match[0]).found
        return found[0].text if len(found) == 1 and _REFERENCE.fullmatch(match[1].strip()) else match[0]

    def _targets(self, value: Any, depth: int = 0) -> Targets:
        found: list[Target] = []
        complete = depth < 20
        for text in _texts(value) if complete else ():
            for expression in _EXPRESSION.findall(text) or ([text] if depth else []):
                for address, _, attribute in _REFERENCE.findall(expression):
                    if address in self.resources:
                        found.append(Target(self.resources[address], attribute or None))
                    else:
                        complete = False
                for kind, name in _ELSEWHERE.findall(expression):
                    if kind == "local" and name in self._locals:
                        inner = self._targets(self._locals[name], depth + 1)
                        found += inner.found
                        complete = complete and inner.complete
                    else:
                        complete = False
        return Targets(tuple(dict.fromkeys(found)), complete)

    def _reached(self, start: Resource) -> tuple[set[str], bool]:
        if start.address not in self._waiting:
            seen, complete, stack = {start.address}, True, [start]
            while stack:
                resource = stack.pop()
                followed = self._targets(resource.values)
                complete = complete and followed.complete
                named = resource.values.get("depends_on")
                explicit = [str(item).strip("${}") for item in named] if isinstance(named, list) else []
                complete = complete and all(item in self.resources for item in explicit)
                for address in [*(target.resource.address for target in followed.found), *explicit]:
                    if address in self.resources and address not in seen:
                        seen.add(address)
                        stack.append(self.resources[address])
            self._waiting[start.address] = (seen, complete)
        return self._waiting[start.address]


def _texts(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            stack.extend(content for key, content in item.items() if key not in ("//", "depends_on"))
        elif isinstance(item, list):
            stack.extend(item)

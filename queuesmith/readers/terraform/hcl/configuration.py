"""Describes modules in HCL as the `configuration` of a plan: the references of each expression, as Terraform lists them.

The references of a local value stand in place of the local. A plan does not have those.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from queuesmith.readers.terraform.addresses import steps
from queuesmith.readers.terraform.hcl.folder import Module
from queuesmith.readers.terraform.hcl.syntax import Attribute, Block
from queuesmith.readers.terraform.modules import Names

SOURCE = "//"
"""The key of an expression under which its `Attribute` is."""
_META = frozenset({"count", "for_each", "depends_on", "provider", "providers", "source", "version", "lifecycle"})


class Configuration:
    """The configuration of a root module, in the form of `terraform show -json`."""

    def __init__(self, root: Module) -> None:
        self.root = root
        self.blocks: dict[tuple[Names, str], Block] = {}
        """The block of each resource and data source, with the blocks of override files merged over it."""
        self.modules: dict[Names, Module] = {}
        self._locals: dict[tuple[Names, str], list[str]] = {}
        self.dynamic_blocks: dict[tuple[Names, str], Block] = {}
        """Those blocks that contain a `dynamic` block, at any depth."""
        self.content: dict[str, Any] = {"root_module": self._module(root, ())}

    def _module(self, module: Module, parents: tuple[Module, ...]) -> dict[str, Any]:
        self.modules[module.names] = module
        resources = {}
        for kind, prefix in (("resource", ""), ("data", "data.")):
            for block in module.blocks(kind):
                if len(block.labels) == 2:
                    address = f"{prefix}{block.labels[0]}.{block.labels[1]}"
                    before = self.blocks.get((module.names, address))
                    whole = _merged(before, block) if before else block
                    self.blocks[module.names, address] = whole
                    if _has_dynamic(whole):
                        self.dynamic_blocks[module.names, address] = whole
                    resources[address] = self._resource(module, parents, address, whole)
        calls = {block.labels[0]: self._call(module, parents, block) for block in module.blocks("module") if block.labels}
        outputs = {
            block.labels[0]: {
                "expression": self._expression(module, block.attributes.get("value")),
                "depends_on": _awaited(block),
            }
            for block in module.blocks("output")
            if block.labels
        }
        return {"resources": list(resources.values()), "module_calls": calls, "outputs": outputs}

    def _resource(self, module: Module, parents: tuple[Module, ...], address: str, block: Block) -> dict[str, Any]:
        provider = block.attributes.get("provider")
        name = provider.text.strip('"') if provider else address.removeprefix("data.").split("_", 1)[0]
        return {
            "address": address,
            "expressions": self._body(module, block),
            "provider_config_key": _provider(name, module, parents),
            **self._repetition(module, block),
        }

    def _call(self, module: Module, parents: tuple[Module, ...], block: Block) -> dict[str, Any]:
        called = module.calls.get(block.labels[0])
        call = {"expressions": self._body(module, block), **self._repetition(module, block)}
        return {**call, "module": self._module(called, (*parents, module))} if called else call

    def _repetition(self, module: Module, block: Block) -> dict[str, Any]:
        found: dict[str, Any] = {"depends_on": _awaited(block)}
        for name in ("count", "for_each"):
            if name in block.attributes:
                found[f"{name}_expression"] = self._expression(module, block.attributes[name])
        return found

    def _body(self, module: Module, block: Block) -> dict[str, Any]:
        body: dict[str, Any] = {
            name: self._expression(module, attribute) for name, attribute in block.attributes.items() if name not in _META
        }
        for nested in block.blocks:
            if nested.type not in ("dynamic", "lifecycle", "provisioner", "connection"):
                body.setdefault(nested.type, [])
                if isinstance(body[nested.type], list):
                    body[nested.type].append(self._body(module, nested))
        return body

    def _expression(self, module: Module, attribute: Attribute | None) -> dict[str, Any]:
        if attribute is None:
            return {}
        return {"references": self.expanded(module, attribute.references), SOURCE: attribute}

    def expanded(self, module: Module, references: Iterable[str]) -> list[str]:
        """Return references in which each local is replaced by the references of its expression."""
        found: dict[str, None] = {}
        for reference in references:
            if reference.startswith("local."):
                found.update(dict.fromkeys(self._local(module, steps(reference)[1:2])))
            else:
                found[reference] = None
        return list(found)

    def _local(self, module: Module, name: tuple[Any, ...]) -> list[str]:
        if not name:
            return []
        key = (module.names, name[0].name)
        if key not in self._locals:
            self._locals[key] = []  # a local that refers to itself
            attribute = module.local(name[0].name)
            self._locals[key] = self.expanded(module, attribute.references) if attribute else [f"local.{name[0].name}"]
        return self._locals[key]


def _awaited(block: Block) -> list[str]:
    """Return the references in `depends_on`."""
    awaited = block.attributes.get("depends_on")
    return list(awaited.references) if awaited else []


def _has_dynamic(block: Block) -> bool:
    return any(nested.type == "dynamic" or _has_dynamic(nested) for nested in block.blocks)


def _merged(block: Block, override: Block) -> Block:
    """Merge a block of an override file over another one: attributes one by one, nested blocks by type."""
    types = {nested.type for nested in override.blocks}
    kept = [nested for nested in block.blocks if nested.type not in types]
    attributes = {**block.attributes, **override.attributes}
    return Block(block.type, block.labels, block.lines, block.file, attributes, [*kept, *override.blocks])


def _provider(name: str, module: Module, parents: tuple[Module, ...]) -> str:
    """Return the root module's name of a provider configuration, which modules receive in `providers`."""
    for parent in reversed(parents):
        call = parent.named("module", module.names[-1])
        passed = call.attributes.get("providers") if call else None
        element = passed.element([name]) if passed else None
        name = element.text if element else name
        module = parent
    return name

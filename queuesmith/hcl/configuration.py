"""Converts the sections of Terraform JSON into blocks: resources, data sources, outputs, and the rest of a configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from queuesmith.common.errors import QueuesmithError
from queuesmith.common.json_values import as_dict
from queuesmith.hcl.shapes import Shape, Shapes
from queuesmith.hcl.syntax import Block
from queuesmith.hcl.values import json_call, reference, value_of

COMMENT = "//"
"""The key of cdktf's metadata."""
_COMPARED_AS_JSON = frozenset(
    {
        "assume_role_policy",
        "dashboard_body",
        "event_pattern",
        "filter_policy",
        "policy",
        "redrive_allow_policy",
        "redrive_policy",
    }
)
"""Attributes of AWS resources whose JSON the provider compares by value: another order of keys is not a change."""
_REFERENCES: dict[str, set[str]] = {
    "resource": {"depends_on", "provider"},
    "resource.lifecycle": {"ignore_changes", "replace_triggered_by"},
    "data": {"depends_on", "provider"},
    "output": {"depends_on"},
    "variable": {"type"},
    "module": {"depends_on", "providers"},
    "import": {"provider", "to"},
    "moved": {"from", "to"},
    "removed": {"from"},
}
"""By place: arguments whose texts are references, and not templates. A place has the kinds of the blocks, from outside."""
_LITERAL = ("terraform", "backend", "backend.workspaces", "cloud", "cloud.workspaces", "required_providers", "variable")
"""The places of blocks whose texts Terraform does not evaluate."""
_NAMED = ("module", "output", "variable")
_UNNAMED = ("import", "locals", "moved", "removed")
_CONDITION: Shape = {"condition": None}
_CONDITIONS: Shape = {"precondition": _CONDITION, "postcondition": _CONDITION}
_NESTED: dict[str, Shape] = {
    "backend": {"workspaces": {}},
    "cloud": {"workspaces": {"tags": None}},
    "output": {"precondition": _CONDITION},
    "removed": {"lifecycle": {}},
    "variable": {"validation": _CONDITION},
}
"""The nested blocks in blocks that are neither resources nor providers."""
_UNSUPPORTED = ("connection", "dynamic", "provisioner")
_POSITIONS = {"count": -1, "for_each": -1, "provider": -1, "source": -1, "version": -1, "lifecycle": 1, "depends_on": 1}
"""Arguments that come first or last in a block. The others stay in their order."""


@dataclass(frozen=True)
class PlacedBlock:
    """A top-level block, and where it comes from."""

    block: Block
    path: tuple[str, ...] = ()
    """The names of its construct and of the constructs around it, below the stack. Empty for a block that is no construct."""


def placed_blocks(content: Mapping[str, Any], shapes: Shapes) -> Iterator[PlacedBlock]:
    """Return the blocks of a configuration in Terraform JSON.

    Raises QueuesmithError for content that eject does not support.
    """
    for section, items in content.items():
        if section in ("resource", "data"):
            yield from _resources(section, items, shapes)
        elif section != COMMENT:
            yield from map(PlacedBlock, _other_blocks(section, items, shapes))


def _resources(section: str, items: Mapping[str, Any], shapes: Shapes) -> Iterator[PlacedBlock]:
    for kind, named in items.items():
        shape = {**shapes.of(section, kind), "lifecycle": _CONDITIONS}
        json_names = _COMPARED_AS_JSON if kind.startswith("aws_") else frozenset()
        for name, body in ((name, body) for name, bodies in named.items() for body in _items(bodies)):
            block = _block(section, (kind, name), body, shape, f"{kind}.{name}")
            for key in json_names & block.attributes.keys():
                if isinstance(body[key], str):
                    block.attributes[key] = json_call(body[key], can_differ=True) or block.attributes[key]
            path = as_dict(as_dict(body.get(COMMENT)).get("metadata")).get("path", "")
            yield PlacedBlock(block, tuple(path.split("/")[1:]))


def _other_blocks(section: str, items: Any, shapes: Shapes) -> Iterator[Block]:
    if section == "provider":
        for name, bodies in items.items():
            shape = shapes.of(section, name)
            yield from (_block(section, (name,), body, shape, f"provider.{name}") for body in _items(bodies))
    elif section in _NAMED:
        yield from (_plain(section, body, name) for name, bodies in items.items() for body in _items(bodies))
    elif section in _UNNAMED:
        yield from (_plain(section, body) for body in _items(items))
    elif section == "terraform":
        yield from map(_terraform, _items(items))
    else:
        raise QueuesmithError(f'The stack has a top-level "{section}" block, which eject does not support. Remove it first')


def _terraform(content: Mapping[str, Any]) -> Block:
    for key in content.keys() - {COMMENT, "required_version", "experiments", "required_providers", "backend", "cloud"}:
        raise QueuesmithError(f'The terraform block has "{key}", which eject does not support. Remove it from the stack first')
    block = _plain("terraform", {key: content[key] for key in ("required_version", "experiments") if key in content})
    block.blocks += [_plain("required_providers", each) for each in _items(content.get("required_providers"))]
    for backend in _items(content.get("backend")):
        for name, settings in backend.items():
            block.blocks += [_plain("backend", each, name) for each in _items(settings)]
    block.blocks += [_plain("cloud", each) for each in _items(content.get("cloud"))]
    return block


def _plain(kind: str, content: Mapping[str, Any], *labels: str) -> Block:
    """A block in which every object is an attribute, except those in `_NESTED`."""
    return _block(kind, labels, content, {**dict.fromkeys(content), **_NESTED.get(kind, {})}, ".".join((kind, *labels)))


def _block(place: str, labels: tuple[str, ...], content: Mapping[str, Any], shape: Shape, address: str) -> Block:
    """Convert a block. `shape` has its nested blocks, and `address` is for errors."""
    block = Block(place.rpartition(".")[2], labels)
    for key in sorted(content, key=lambda key: _POSITIONS.get(key, 0)):
        value, nested = content[key], shape.get(key)
        if key == COMMENT:
            continue
        if key in _UNSUPPORTED and key not in shape:
            raise QueuesmithError(
                f'{address} has a "{key}" block, which eject does not support. Remove it from the stack first'
            )
        if nested is not None:
            block.blocks += [_block(f"{place}.{key}", (), each, nested, f"{address}.{key}") for each in _items(value)]
        elif key in shape or not _has_objects(value):
            block.attributes[key] = _argument(place, key, value)
        else:
            raise QueuesmithError(
                f'"{key}" in {address} can be an attribute or a nested block. To tell them apart, eject needs the provider '
                "schema. Run `terraform init` and `terraform providers schema -json > schema.json` in the "
                "stack's folder, and pass the file with --schema"
            )
    return block


def _argument(place: str, name: str, value: Any) -> Any:
    if name not in _REFERENCES.get(place, ()):
        return value if place in _LITERAL else value_of(value)
    if isinstance(value, dict):
        return {key: reference(item) for key, item in value.items()}
    return [reference(item) for item in value] if isinstance(value, list) else reference(value)


def _items(content: Any) -> list[Mapping[str, Any]]:
    """The blocks of one kind: JSON has one, or a list."""
    return content if isinstance(content, list) else [] if content is None else [content]


def _has_objects(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))

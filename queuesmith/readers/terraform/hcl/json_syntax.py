"""Reads Terraform's JSON syntax as the same blocks as HCL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from queuesmith.readers.terraform.hcl.syntax import Attribute, Block, Lines, Source, parse_expression

_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "locals": 0}
"""The number of labels of each type of block."""


class LiteralAttribute(Attribute):
    """An attribute of Terraform's JSON syntax. Its expression is parsed as the same expression in HCL."""

    def __init__(self, value: Any, file: str) -> None:
        super().__init__(*parse_expression(json_as_hcl(value)), file)

    @property
    def lines(self) -> Lines:
        """The first line: the lines of JSON are not known."""
        return Lines(1, 1)


def parse_json(content: Any, file: str) -> Source:
    """Convert a file in Terraform's JSON syntax."""
    blocks: list[Block] = []
    table = content if isinstance(content, dict) else {}
    for kind, depth in (
        ("resource", 2),
        ("data", 2),
        ("module", 1),
        ("variable", 1),
        ("output", 1),
        ("provider", 1),
        ("locals", 0),
    ):
        for labels, body in _labelled(table.get(kind), depth):
            attributes = {name: LiteralAttribute(value, file) for name, value in body.items() if name != "//"}
            blocks.append(Block(kind, labels, Lines(1, 1), file, dict(attributes)))
    return Source(file, blocks)


def json_as_hcl(value: Any) -> str:
    """Return a JSON value as an expression in HCL, which has the same strings and interpolations."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {json_as_hcl(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_as_hcl, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _labelled(value: Any, depth: int) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    for table in value if isinstance(value, list) else [value]:
        if not isinstance(table, dict):
            continue
        if depth == 0:
            yield (), table
            continue
        for label, content in table.items():
            yield from (((label, *labels), body) for labels, body in _labelled(content, depth - 1))

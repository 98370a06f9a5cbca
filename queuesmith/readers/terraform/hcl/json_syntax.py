"""Reads Terraform's JSON syntax as the same blocks as HCL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from queuesmith.readers.terraform.hcl.syntax import Attribute, Block, Lines, Source, parse_expression
from queuesmith.readers.terraform.json_lines import lines_in_json

_LABELS = {"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "locals": 0}
"""The number of labels of each type of block."""


class LiteralAttribute(Attribute):
    """An attribute of Terraform's JSON syntax. Its expression is parsed as the same expression in HCL."""

    def __init__(self, value: Any, file: str, lines: Lines) -> None:
        super().__init__(*parse_expression(json_as_hcl(value)), file)
        self._lines = lines

    @property
    def lines(self) -> Lines:
        """The lines of the attribute."""
        return self._lines


def parse_json(text: str, file: str) -> Source:
    """Convert a file in Terraform's JSON syntax. Raises ValueError if it is not valid JSON."""
    blocks: list[Block] = []
    content, lines = json.loads(text), lines_in_json(text)
    table = content if isinstance(content, dict) else {}
    for kind, depth in _LABELS.items():
        for labels, body in _labelled(table.get(kind), depth):
            attributes: dict[str, Attribute] = {
                name: LiteralAttribute(value, file, Lines(*lines[kind, *labels, name]))
                for name, value in body.items()
                if name != "//"
            }
            blocks.append(Block(kind, labels, Lines(*lines[kind, *labels]), file, attributes))
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

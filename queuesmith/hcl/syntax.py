"""Writes blocks as HCL, in the layout of `terraform fmt`."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from queuesmith.hcl.values import Expression, JsonEncode, Part, Template

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEYWORDS = frozenset({"else", "endfor", "endif", "false", "for", "if", "in", "null", "true"})
"""Keys of objects that need quotes."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LONGEST = 80
"""The number of characters up to which a list, or an object with one key, is on one line."""
_INDENT = "  "


@dataclass
class Block:
    """A block, such as `resource "aws_sqs_queue" "orders" { … }`."""

    kind: str
    labels: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    comment: str = ""


def document(comment: str, blocks: Iterable[Block]) -> str:
    """Return the content of a file: a comment, and blocks."""
    return "\n\n".join([*([f"# {comment}"] if comment else []), *(_block(block, "") for block in blocks)]) + "\n"


def _block(block: Block, indent: str) -> str:
    inner = indent + _INDENT
    attributes = "\n".join(_assignments(block.attributes, inner))
    body = "\n\n".join([*([attributes] if attributes else []), *(_block(each, inner) for each in block.blocks)])
    comment = f"{indent}# {block.comment}\n" if block.comment else ""
    header = " ".join([block.kind, *(_string([label]) for label in block.labels)])
    return f"{comment}{indent}{header} {{\n{body}\n{indent}}}" if body else f"{comment}{indent}{header} {{}}"


def _assignments(values: Mapping[Any, Any], indent: str) -> Iterator[str]:
    """The lines of attributes, or of an object's items.

    Like `terraform fmt`, this aligns each `=` with those of the lines before and after it. A value of several lines is not
    aligned, and separates the lines before it from those after it.
    """
    pairs = [(_key(key), _value(value, indent)) for key, value in values.items()]
    for has_lines, group in groupby(pairs, key=lambda pair: "\n" in pair[1]):
        lines = list(group)
        width = 0 if has_lines else max(len(key) for key, _ in lines)
        yield from (f"{indent}{key:{width}} = {value}" for key, value in lines)


def _value(value: Any, indent: str) -> str:
    """The text of a value. The lines after its first one are indented by `indent`, or more."""
    if isinstance(value, Expression):
        return f"({value.text})" if "\n" in value.text else value.text
    if isinstance(value, str | Template):
        return _string([value] if isinstance(value, str) else value.parts)
    if isinstance(value, JsonEncode):
        return f"jsonencode({_value(value.value, indent)})"
    if isinstance(value, Mapping):
        return _object(value, indent)
    if isinstance(value, list):
        return _list(value, indent)
    return json.dumps(value)


def _object(value: Mapping[Any, Any], indent: str) -> str:
    if not value:
        return "{}"
    if len(value) == 1 and _is_short([*value, *value.values()]):
        return f"{{ {next(_assignments(value, ''))} }}"
    lines = "\n".join(_assignments(value, indent + _INDENT))
    return f"{{\n{lines}\n{indent}}}"


def _list(value: Sequence[Any], indent: str) -> str:
    if _is_short(value):
        return f"[{', '.join(_value(item, indent) for item in value)}]"
    inner = indent + _INDENT
    lines = "".join(f"{inner}{_value(item, inner)},\n" for item in value)
    return f"[\n{lines}{indent}]"


def _is_short(items: Collection[Any]) -> bool:
    """Whether a list or an object with these items is written on one line."""
    has_parts = any(isinstance(item, Mapping | list | JsonEncode) for item in items)
    return not has_parts and sum(len(_value(item, "")) + 2 for item in items) <= _LONGEST


def _key(key: Any) -> str:
    """An attribute's name, or the key of an object: without quotes if it can be."""
    if isinstance(key, Template):
        return _string(key.parts)
    if isinstance(key, Expression):
        return f"({key.text})"
    return key if _IDENTIFIER.fullmatch(key) and key not in _KEYWORDS else _string([key])


def _string(parts: Sequence[Part]) -> str:
    """A text between quotes."""
    return '"' + "".join(_escaped(part) if isinstance(part, str) else f"${{{part.text}}}" for part in parts) + '"'


def _escaped(text: str) -> str:
    text = "".join(_ESCAPES.get(char) or (char if char.isprintable() else _unicode_escape(char)) for char in text)
    return text.replace("${", "$${").replace("%{", "%%{")


def _unicode_escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"

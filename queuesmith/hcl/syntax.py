"""Writes blocks as HCL with python-hcl2, in the layout of `terraform fmt`.

python-hcl2's own formatter aligns other lines than `terraform fmt` does, cannot write comments, and breaks a quote before `${`.
Therefore the nodes of its syntax tree are created here, with their line breaks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import hcl2
import hcl2.rules.tokens
from hcl2.rules.abstract import LarkElement, LarkToken
from hcl2.rules.base import AttributeRule, BlockRule, BodyRule, StartRule
from hcl2.rules.containers import ObjectElemKeyRule, ObjectElemRule, ObjectRule, TupleRule
from hcl2.rules.expressions import ExprTermRule
from hcl2.rules.functions import ArgumentsRule, FunctionCallRule
from hcl2.rules.literal_rules import IdentifierRule
from hcl2.rules.strings import StringPartRule, StringRule
from hcl2.rules.whitespace import NewLineOrCommentRule

from queuesmith.hcl.values import Expression, JsonEncode, Part, Template

tokens: Any = hcl2.rules.tokens  # it creates its classes at run time: mypy cannot see them
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
    nodes = [_line(f"# {comment}")] if comment else []
    for block in blocks:
        nodes += [_line(), *_block(block, 0)]
    text = hcl2.reconstruct(StartRule([BodyRule(nodes)]))
    return f"{text.strip()}\n"


def _block(block: Block, depth: int) -> list[LarkElement]:
    comment = [_line(f"# {block.comment}", depth)] if block.comment else []
    labels = [_string([label]) for label in block.labels]
    body = BodyRule(_body(block, depth + 1))
    return [*comment, _line("", depth), BlockRule([_name(block.kind), *labels, tokens.LBRACE(), body, tokens.RBRACE()])]


def _body(block: Block, depth: int) -> list[LarkElement]:
    nodes: list[LarkElement] = []
    padding = _padding(block.attributes, depth)
    for name, value in block.attributes.items():
        term = ExprTermRule([_value(value, depth)])
        nodes += [_line("", depth), AttributeRule([_name(name), _equals(padding[name]), term])]
    for inner in block.blocks:
        nodes += [*([_line()] if nodes else []), *_block(inner, depth)]
    return [*nodes, _line("", depth - 1)] if nodes else []


def _value(value: Any, depth: int) -> LarkElement:
    """The node of a value. The lines after its first one are indented by `depth`, or more."""
    if isinstance(value, Expression):
        return _name(f"({value.text})" if "\n" in value.text else value.text)
    if isinstance(value, str | Template):
        return _string([value] if isinstance(value, str) else value.parts)
    if isinstance(value, JsonEncode):
        arguments = ArgumentsRule([ExprTermRule([_value(value.value, depth)])])
        return FunctionCallRule([_name("jsonencode"), tokens.LPAR(), arguments, tokens.RPAR()])
    if isinstance(value, Mapping):
        return _object(value, depth)
    if isinstance(value, list):
        return _tuple(value, depth)
    return _name(json.dumps(value))


def _object(value: Mapping[Any, Any], depth: int) -> LarkElement:
    if not value:
        return ObjectRule([tokens.LBRACE(), tokens.RBRACE()])
    padding = _padding(value, depth + 1)
    first, last = (_SPACE, _SPACE) if _is_inline(value, depth) else (_line("", depth + 1), _line("", depth))
    nodes: list[LarkElement] = []
    for key, item in value.items():
        term = ExprTermRule([_value(item, depth + 1)])
        nodes += [first, ObjectElemRule([ObjectElemKeyRule([_key(key)]), _equals(padding[key]), term])]
    return ObjectRule([tokens.LBRACE(), *nodes, last, tokens.RBRACE()])


def _tuple(value: Sequence[Any], depth: int) -> LarkElement:
    is_inline = _is_inline(value, depth)
    nodes: list[LarkElement] = []
    for index, item in enumerate(value):
        if not is_inline:
            nodes.append(_line("", depth + 1))
        nodes.append(ExprTermRule([_value(item, depth + 1)]))
        if not is_inline or index < len(value) - 1:
            nodes.append(tokens.COMMA())
    return TupleRule([tokens.LSQB(), *nodes, *([] if is_inline else [_line("", depth)]), tokens.RSQB()])


def _padding(values: Mapping[Any, Any], depth: int) -> dict[Any, int]:
    """The number of spaces that align each `=` with those of the lines before and after it.

    Like `terraform fmt`: a value of several lines is not aligned, and separates the lines before it from those after it.
    """
    widths = {key: len(_text(_key(key))) for key in values}
    padding: dict[Any, int] = {}
    group: list[Any] = []
    for key, value in [*values.items(), (None, {"a": "", "b": ""})]:
        if _is_inline(value, depth):
            group.append(key)
            continue
        padding |= {each: max(widths[other] for other in group) - widths[each] for each in group}
        padding[key] = 0
        group = []
    return padding


def _is_inline(value: Any, depth: int) -> bool:
    """Whether a value is written on one line."""
    if isinstance(value, JsonEncode):
        return _is_inline(value.value, depth)
    if not isinstance(value, Mapping | list):
        return True
    items = [*value.values(), *value] if isinstance(value, Mapping) else value
    if (isinstance(value, Mapping) and len(value) > 1) or any(isinstance(item, Mapping | list | JsonEncode) for item in items):
        return False
    return sum(len(_text(_value(item, depth))) + 2 for item in items) <= _LONGEST


def _text(node: LarkElement) -> str:
    return hcl2.reconstruct(node.to_lark()).rstrip("\n")


def _key(key: Any) -> LarkElement:
    """The key of an object: without quotes if it can be."""
    if isinstance(key, Template):
        return _string(key.parts)
    if isinstance(key, Expression):
        return _name(f"({key.text})")
    return _name(key) if _IDENTIFIER.fullmatch(key) and key not in _KEYWORDS else _string([key])


def _string(parts: Sequence[Part]) -> LarkElement:
    text = "".join(_escaped(part) if isinstance(part, str) else f"${{{part.text}}}" for part in parts)
    content = [StringPartRule([tokens.STRING_CHARS(text)])] if text else []
    return StringRule([tokens.DBLQUOTE(), *content, tokens.DBLQUOTE()])


def _escaped(text: str) -> str:
    """Literal text, as it is written between quotes."""
    text = "".join(_ESCAPES.get(char) or (char if char.isprintable() else _unicode_escape(char)) for char in text)
    return text.replace("${", "$${").replace("%{", "%%{")


def _unicode_escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _name(text: str) -> LarkElement:
    return IdentifierRule([tokens.NAME(text)])


def _equals(padding: int) -> LarkElement:
    token: LarkToken = tokens.EQ()
    token.set_value(f"{' ' * (padding + 1)}=")
    return token


def _line(text: str = "", depth: int = 0) -> LarkElement:
    """A line break, and a comment or the indentation of what follows."""
    return NewLineOrCommentRule([tokens.NL_OR_COMMENT(f"\n{_INDENT * depth}{text}")])


_SPACE = NewLineOrCommentRule([tokens.NL_OR_COMMENT(" ")])

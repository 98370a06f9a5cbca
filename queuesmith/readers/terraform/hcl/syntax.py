"""Parses a Terraform file into blocks and attributes with their lines, references and comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import tree_sitter_hcl
from tree_sitter import Language, Node, Parser, Query, QueryCursor

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?")
_QUOTED = re.compile(r'"[^"\\]*"')
_LANGUAGE = Language(tree_sitter_hcl.language())
_PARSER = Parser(_LANGUAGE)
_NAMES = """
(variable_expr) @variable
(for_intro (identifier) @loop)
(function_call (identifier) @function)
"""


@dataclass(frozen=True)
class Lines:
    """A range of lines. The first line of a file is 1."""

    first: int
    last: int


class Attribute:
    """An attribute: its name, its expression and its lines."""

    def __init__(self, node: Node, expression: Node, file: str = "") -> None:
        self._node, self.expression, self.file = node, expression, file

    @property
    def lines(self) -> Lines:
        """The lines of the attribute."""
        return _lines(self._node)

    @cached_property
    def text(self) -> str:
        """The expression's source text."""
        return text_of(self.expression)

    @cached_property
    def string(self) -> str | None:
        """The value of a quoted string without interpolation; None for any other expression."""
        literal = self.text
        if not literal.startswith('"') or "${" in literal or "%{" in literal:
            return None
        try:
            value = json.loads(literal)
        except ValueError:
            return None
        return value if isinstance(value, str) else None

    @cached_property
    def references(self) -> tuple[str, ...]:
        """Every reference in the expression: `aws_sqs_queue.orders["a"].arn`. An index that is not a literal is omitted."""
        return tuple(dict.fromkeys(_reference(node) for node in self._variables()))

    @cached_property
    def functions(self) -> frozenset[str]:
        """The names of the functions that the expression calls."""
        return frozenset(text_of(node) for node in self._names.get("function", ()))

    @cached_property
    def _names(self) -> dict[str, list[Node]]:
        return QueryCursor(_query()).captures(self.expression)

    def _variables(self) -> Iterator[Node]:
        loops = {text_of(node) for node in self._names.get("loop", ())}
        for node in self._names.get("variable", ()):
            if text_of(node) not in loops and not _is_object_key(node):
                yield node

    def element(self, keys: list[str]) -> Attribute | None:
        """The element of an object, such as one environment variable. None if the expression does not contain it."""
        found = self
        for key in keys:
            elements = (each for _, each in QueryCursor(_elements()).matches(found.expression))
            if (inside := next((each for each in elements if text_of(each["key"][0]).strip('"') == key), None)) is None:
                return None
            found = Attribute(inside["element"][0], inside["value"][0], self.file)
        return found if keys else None

    @property
    def literal(self) -> Any:
        """The value of a literal without interpolation; `{"__attribute__": …}` for another expression, as tfparse writes it."""
        text = self.text
        if text in ("true", "false", "null") or _NUMBER.fullmatch(text):
            return json.loads(text)
        value = self.string
        return value if value is not None else {"__attribute__": text}


@dataclass
class Block:
    """A block with its labels, attributes and nested blocks."""

    type: str
    labels: tuple[str, ...]
    lines: Lines
    file: str = ""
    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def nested(self, kind: str) -> list[Block]:
        """The nested blocks of a type."""
        return [block for block in self.blocks if block.type == kind]

    def dynamic(self, kind: str) -> list[Block]:
        """The `dynamic` blocks that create nested blocks of a type."""
        return [block for block in self.nested("dynamic") if block.labels[:1] == (kind,)]


@dataclass(frozen=True)
class Source:
    """The content of a file."""

    file: str
    """Its path as messages name it."""
    blocks: list[Block]
    comments: list[tuple[int, str]] = field(default_factory=list)
    """The line and the text of each comment."""
    text: str = ""
    attributes: dict[str, Attribute] = field(default_factory=dict)
    """The attributes outside blocks, in files of variables."""
    has_error: bool = False


def parse(content: bytes, file: str) -> Source:
    """Parse a file in HCL. A file with syntax errors is parsed as far as possible: tfparse reports the errors."""
    tree = _PARSER.parse(content).root_node
    root = Block("", (), Lines(1, 1), file)
    _fill(root, tree)
    comments = QueryCursor(_comments()).captures(tree).get("comment", ())
    return Source(
        file,
        root.blocks,
        comments=sorted((node.start_point.row + 1, text_of(node)) for node in comments),
        text=content.decode("utf-8", "replace"),
        attributes=root.attributes,
        has_error=tree.has_error,
    )


def parse_expression(text: str) -> tuple[Node, Node]:
    """Parse an expression. Return the nodes of an attribute with this expression, and of the expression."""
    body = _PARSER.parse(f"value = {text}\n".encode("utf-8", "replace")).root_node
    attribute = next((node for part in body.named_children for node in part.named_children if node.type == "attribute"), body)
    return attribute, attribute.named_children[-1] if attribute.named_children else attribute


def literals(block: Block) -> dict[str, Any]:
    """Return the values of a block as tfparse returns those that it cannot evaluate. Nested blocks are lists."""
    values: dict[str, Any] = {name: attribute.literal for name, attribute in block.attributes.items()}
    for nested in block.blocks:
        if nested.type != "dynamic":
            values.setdefault(nested.type, [])
            if isinstance(values[nested.type], list):
                values[nested.type].append(literals(nested))
    return values


def _fill(block: Block, body: Node) -> None:
    stack = [(block, body)]
    while stack:
        into, node = stack.pop()
        for child in node.named_children:
            if child.type == "body":
                stack.append((into, child))
            elif child.type == "attribute":
                parts = child.named_children
                if len(parts) >= 2:
                    into.attributes[text_of(parts[0])] = Attribute(child, parts[-1], into.file)
            elif child.type == "block":
                inner = _block(child, into.file)
                into.blocks.append(inner)
                stack.extend((inner, part) for part in child.named_children if part.type == "body")


def _block(node: Node, file: str) -> Block:
    names: list[str] = []
    for part in node.named_children:
        if part.type not in ("identifier", "string_lit"):
            break
        names.append(text_of(part).strip('"'))
    return Block(names[0] if names else "", tuple(names[1:]), _lines(node), file)


def _reference(node: Node) -> str:
    parts = [text_of(node)]
    sibling = node.next_named_sibling
    while sibling is not None and sibling.type in ("get_attr", "index"):
        if sibling.type == "get_attr":
            parts.append(text_of(sibling))
        else:
            parts.append(_literal_index(text_of(sibling)))
        sibling = sibling.next_named_sibling
    return "".join(parts)


def _literal_index(text: str) -> str:
    inner = text[1:-1].strip() if text.startswith("[") else text[1:]
    if inner.isdecimal():
        return f"[{inner}]"
    is_literal = (
        inner.startswith('"') and inner.endswith('"') and len(inner) > 1 and "${" not in inner and inner.count('"') == 2
    )
    return f"[{inner}]" if is_literal else ""


def _is_object_key(node: Node) -> bool:
    """Whether a name without a dot is the key of an object's element, which Terraform reads as a text."""
    expression = node.parent
    element = expression.parent if expression is not None else None
    if expression is None or element is None or element.type != "object_elem" or expression.named_child_count != 1:
        return False
    return element.named_children[0] == expression


def _lines(node: Node) -> Lines:
    end = node.end_point
    return Lines(node.start_point.row + 1, max(node.start_point.row + 1, end.row + (1 if end.column else 0)))


def text_of(node: Node) -> str:
    """Return the text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


@cache
def _query() -> Query:
    return Query(_LANGUAGE, _NAMES)


@cache
def _comments() -> Query:
    return Query(_LANGUAGE, "(comment) @comment")


@cache
def _elements() -> Query:
    return Query(_LANGUAGE, "(object_elem key: (expression) @key val: (expression) @value) @element")

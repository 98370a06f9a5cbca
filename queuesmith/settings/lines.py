"""Finds the line of a key in a TOML file, which tomllib does not return."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

Key = tuple[str, ...]
"""A key with the tables that contain it: `("workers", "orders", "queue", "fifo")`. Elements of lists have their index."""
_KEY_TYPES = ("bare_key", "quoted_key", "dotted_key")


def line_of(text: str, key: Key) -> int | None:
    """Return the line of a key in a valid TOML text. The first line is 1.

    If the text does not have the key, the line is that of the closest key or table header above it. None: it has none of them.
    """
    written: dict[Key, int] = {}
    implied: dict[Key, int] = {}  # `[workers.orders.queue]` also creates `workers.orders`
    for at, line in _keys(text):
        written.setdefault(at, line)
        for end in range(1, len(at)):
            implied[at[:end]] = min(line, implied.get(at[:end], line))
    lines = implied | written
    return next((lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines), None)


def _keys(text: str) -> Iterator[tuple[Key, int]]:
    """Yield every key and table header, with its line."""
    try:
        import tree_sitter_toml  # only problems need lines
        from tree_sitter import Language, Parser
    except ImportError:  # there is no wheel for this platform: problems have no lines
        return
    root = Parser(Language(tree_sitter_toml.language())).parse(text.encode("utf-8", "replace")).root_node
    stack: list[tuple[Key, Node]] = [((), root)]
    elements: dict[Key, int] = {}
    while stack:
        above, node = stack.pop()
        for index, child in enumerate(each for each in node.named_children if each.type not in ("comment", *_KEY_TYPES)):
            first = child.named_children[0] if child.named_children else child
            if node.type == "array":
                at: Key = (*above, str(index))
            elif first.type in _KEY_TYPES:
                at = (*above, *_parts(first))
            else:
                continue
            if child.type == "table_array_element":
                elements[at] = elements.get(at, -1) + 1
                at = (*at, str(elements[at]))
            yield at, child.start_point.row + 1
            stack.append((at, child.named_children[-1] if child.type == "pair" else child))


def _parts(name: Node) -> Key:
    """Return the parts of `a."b c"`, as tomllib reads them."""
    parts: list[str] = []
    table = tomllib.loads(f"{(name.text or b'').decode()} = 0")
    while isinstance(table, dict):
        ((part, table),) = table.items()
        parts.append(part)
    return tuple(parts)

"""Reads `jsonencode({…})` from its expression, for texts of which tfparse does not know every part.

tfparse returns null for a whole object if one of its parts is not known.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from queuesmith.readers.terraform.hcl.syntax import Attribute, text_of

NOT_KNOWN = "${var.unknown}"
"""Stands for a part of a text that is not known."""
_MAXIMUM_DEPTH = 50
Locals = Callable[[str], Attribute | None]


def encoded(attribute: Attribute, local: Locals) -> Any:
    """Return the value that an expression encodes. Parts that are not literals are `${…}` expressions. None: not `jsonencode`.

    `local` returns the local value with a name.
    """
    call = attribute.expression
    while call.type in ("expression", "variable_expr") and call.named_child_count == 1:
        call = call.named_children[0]
    if call.type != "function_call" or text_of(call.named_children[0]) != "jsonencode" or call.named_child_count != 2:
        return None
    arguments = call.named_children[1].named_children
    return _value(arguments[0], local, 0) if len(arguments) == 1 else None


def _value(node: Node, local: Locals, depth: int) -> Any:
    children = node.named_children
    if depth > _MAXIMUM_DEPTH:
        return NOT_KNOWN
    match node.type:
        case "expression" | "collection_value" | "literal_value" | "template_expr" if len(children) == 1:
            value = _value(children[0], local, depth + 1)
        case "object":
            elements = [each.named_children for each in children if each.type == "object_elem"]
            value = {_key(key): _value(element, local, depth + 1) for key, element in elements}
        case "tuple":
            value = [_value(each, local, depth + 1) for each in children if each.type == "expression"]
        case "string_lit" | "quoted_template":
            value = _string(node)
        case "numeric_lit" | "bool_lit" | "null_lit":
            value = _literal(text_of(node))
        case _:
            value = _referenced(text_of(node), local, depth)
    return value


def _referenced(text: str, local: Locals, depth: int) -> Any:
    name = text.removeprefix("local.")
    if name != text and name.replace("-", "_").isidentifier() and (attribute := local(name)):
        return _value(attribute.expression, local, depth + 1)
    return f"${{{text}}}"


def _key(node: Node) -> str:
    return text_of(node).strip().strip('"')


def _string(node: Node) -> str:
    parts: list[str] = []
    for part in node.named_children:
        if part.type == "template_literal":
            parts.append(str(_literal(f'"{text_of(part)}"')).replace("$${", "${").replace("%%{", "%{"))
        elif part.type == "template_interpolation":
            parts.append(f"${{{text_of(part)[2:-1].strip()}}}")
        elif part.type == "template_directive":
            parts.append(NOT_KNOWN)
    return "".join(parts)


def _literal(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return NOT_KNOWN

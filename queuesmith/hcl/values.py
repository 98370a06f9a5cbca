"""Values of Terraform JSON as HCL has them: literal text, templates, expressions, and JSON texts as `jsonencode(…)`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from queuesmith.common.errors import QueuesmithError

_MARKER = re.compile(r"([$%])\1\{|[$%]\{")
"""`$${` and `%%{` are escapes, `${` starts an expression, `%{` starts a directive."""
_COMMENT_OR_HEREDOC = re.compile(r"(?:#|//)[^\n]*|/\*.*?\*/|<<-?([\w.-]+)\r?\n.*?^[ \t]*\1[ \t\r]*$", re.DOTALL | re.MULTILINE)
"""Parts of an expression whose quotes and braces have no meaning."""
_PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")
"""Stands for an expression in a text that is parsed as JSON."""
_HTML = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
"""Characters that `jsonencode` escapes, and Python does not."""
_TEXTS = frozenset(
    {"account", "alias", "arn", "bucket", "function_name", "id", "key_id", "name", "partition", "region", "url", "version"}
)
"""Attributes that are strings in every resource. Others could be numbers, which `jsonencode` would write without quotes."""
_POLICY_KEYS = {
    key: position
    for position, key in enumerate(("Version", "Statement", "Sid", "Effect", "Principal", "Action", "Resource", "Condition"))
}
"""The usual order of keys in policies. `jsonencode` sorts them in any case."""


@dataclass(frozen=True)
class Expression:
    """An HCL expression, such as `aws_sqs_queue.orders.arn`."""

    text: str


Part = str | Expression


@dataclass(frozen=True)
class Template:
    """A text with expressions in it."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class JsonEncode:
    """A call of `jsonencode` with this value."""

    value: Any


def value_of(content: Any) -> Any:
    """Convert a JSON value whose strings are templates. `"${…}"` becomes an expression."""
    if isinstance(content, dict):
        return {_joined(_split(key)): value_of(item) for key, item in content.items()}
    if isinstance(content, list):
        return [value_of(item) for item in content]
    if not isinstance(content, str):
        return content
    return json_call(content) or _joined(_split(content))


def reference(text: str) -> Expression:
    """A reference that Terraform JSON writes as plain text, as in `depends_on`."""
    return Expression(text.removeprefix("${").removesuffix("}"))


def json_call(text: str, *, can_differ: bool = False) -> JsonEncode | None:
    """Return the call of `jsonencode` that gives this JSON object or list. None for any other text.

    Parameters
    ----------
    text
        A template of Terraform JSON.
    can_differ
        Whether spaces and the order of keys can be different, because the provider compares the values and not the texts.
        Otherwise there is a call only if it gives exactly this text. Expressions whose values contain quotes or other
        characters that JSON escapes are not expected: the text in Terraform JSON would then be no JSON.

    """
    if not text.startswith(("{", "[")) or "\ue000" in text:
        return None
    parts = _split(text)
    whole = "".join(part if isinstance(part, str) else f"\ue000{index}\ue001" for index, part in enumerate(parts))
    try:
        value = json.loads(whole, object_pairs_hook=_unique, parse_float=_plain_float, parse_constant=_plain_float)
        canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).translate(_HTML)
        canonical.encode()  # half a surrogate pair cannot be written
    except (ValueError, RecursionError):
        return None
    is_same = canonical == whole and not re.search(r"\\[bf]", whole)  # versions of Terraform write these two differently
    return JsonEncode(_with_expressions(value, parts)) if is_same or can_differ else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs) or (len(result) > 1 and any(_PLACEHOLDER.search(key) for key in result)):
        raise ValueError("a key twice, or keys whose order is not known")
    return result


def _plain_float(text: str) -> float:
    """Only numbers that Terraform writes as they are: it writes 1.50 as 1.5, and 1e3 as 1000."""
    if "e" in text.lower() or text[-1] not in "123456789":
        raise ValueError(text)
    return float(text)


def _with_expressions(value: Any, parts: Sequence[Part]) -> Any:
    """The value with the expressions in the places of their placeholders."""
    if isinstance(value, dict):
        items = sorted(value.items(), key=lambda item: _POLICY_KEYS.get(item[0], len(_POLICY_KEYS)))
        return {_inserted(key, parts): _with_expressions(item, parts) for key, item in items}
    if isinstance(value, list):
        return [_with_expressions(item, parts) for item in value]
    result = _inserted(value, parts) if isinstance(value, str) else value
    if isinstance(result, Expression) and result.text.rpartition(".")[2] not in _TEXTS:
        return Expression(f"tostring({result.text})")
    return result


def _inserted(text: str, parts: Sequence[Part]) -> Part | Template:
    pieces = _PLACEHOLDER.split(text)  # text, index, text, index, …, text
    return _joined(_merged(parts[int(piece)] if index % 2 else piece for index, piece in enumerate(pieces)))


def _joined(parts: Sequence[Part]) -> Part | Template:
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 else Template(tuple(parts))


def _merged(parts: Iterable[Part]) -> list[Part]:
    """The parts without empty texts, and with one text in place of several in sequence."""
    result: list[Part] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        elif part:
            result.append(part)
    return result


def _split(text: str) -> list[Part]:
    """Split a template into literal text, without its escapes, and expressions."""
    parts: list[Part] = []
    position = 0
    while found := _MARKER.search(text, position):
        parts.append(text[position : found.start()])
        position = found.end()
        if found[1]:
            parts.append(f"{found[1]}{{")
            continue
        inside, end = _expression_at(text, position)
        if found[0] == "%{" or inside.startswith("~") or inside.endswith("~"):
            directive = text[found.start() : end]
            raise QueuesmithError(
                f"{directive!r} is a template directive, which eject does not support. Rewrite it as an expression, such as "
                "x ? a : b, in the stack first"
            )
        parts.append(Expression(inside))
        position = end
    return _merged([*parts, text[position:]])


def _expression_at(text: str, start: int) -> tuple[str, int]:
    """The expression that starts here, and the index after the brace that closes it.

    Strings in it can contain braces and other expressions. An expression that ends with a comment or a heredoc needs the line
    break after it.
    """
    depth, position, end_of_comment = 1, start, 0
    while position < len(text):
        if found := _COMMENT_OR_HEREDOC.match(text, position):
            position = end_of_comment = found.end()
            continue
        char = text[position]
        position = _end_of_string(text, position + 1) if char == '"' else position + 1
        depth += {"{": 1, "}": -1}.get(char, 0)
        if not depth:
            line_break = "" if text[end_of_comment : position - 1].strip() else "\n"
            return text[start : position - 1].strip() + line_break, position
    raise QueuesmithError(f"{text!r} has an unclosed ${{ …. Add the missing }} in the stack")


def _end_of_string(text: str, start: int) -> int:
    position = start
    while position < len(text) and text[position] != '"':
        if text[position] == "\\":
            position += 2
        elif found := _MARKER.match(text, position):
            position = found.end() if found[1] else _expression_at(text, found.end())[1]
        else:
            position += 1
    return position + 1

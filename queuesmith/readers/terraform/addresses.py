"""Parses Terraform's addresses and references, such as `module.worker["a"].aws_sqs_queue.this[0].arn`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

Key = str | int
_STEP = re.compile(r'\.?([A-Za-z_][\w-]*|\*)((?:\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\])*)')
_KEY = re.compile(r'\[(?:"((?:[^"\\]|\\.)*)"|([^\]"]*))\]')
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Step:
    """One name in an address, with its instance key if it has one."""

    name: str
    key: Key | None = None


@lru_cache(maxsize=65536)
def steps(address: str) -> tuple[Step, ...]:
    """Return the names and keys of an address or reference, up to the first part that cannot be parsed."""
    parsed: list[Step] = []
    position = 0
    while position < len(address) and (match := _STEP.match(address, position)):
        parsed.append(Step(match[1], _key(match[2])))
        position = match.end()
    return tuple(parsed)


def keys_in(path: Iterable[Step]) -> list[Key]:
    """Return the names and keys in their order: `["each", "value", "a", "url"]` for `each.value["a"].url`."""
    return [key for step in path for key in (step.name, step.key) if key is not None]


def _key(brackets: str) -> Key | None:
    match = _KEY.match(brackets)
    if match is None:
        return None
    quoted, plain = match.groups()
    if quoted is not None:
        return _ESCAPED.sub(r"\1", quoted)
    return int(plain) if re.fullmatch("[0-9]{1,9}", plain) else None


def with_key(name: str, key: Key | None) -> str:
    """Return the name with its instance key in Terraform's syntax."""
    if key is None:
        return name
    return f"{name}[{key}]" if isinstance(key, int) else '{}["{}"]'.format(name, key.replace("\\", "\\\\").replace('"', '\\"'))


def without_prefixes(references: Iterable[str]) -> list[str]:
    """Remove each reference that is a prefix of the one before it: Terraform lists `a.b.arn`, then `a.b`.

    Other short references stay: for `a.b[each.key].arn`, Terraform lists only `a.b` and `each.key`.
    """
    kept: dict[str, None] = {}
    before = ""
    for reference in references:
        if not before.startswith((f"{reference}.", f"{reference}[")):
            kept[reference] = None
        before = reference
    return list(kept)

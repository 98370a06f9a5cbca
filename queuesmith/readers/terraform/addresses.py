"""Terraform's addresses and references, taken apart: `module.worker["a"].aws_sqs_queue.this[0].arn`."""

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
    """One name of an address, with its instance key if it has one."""

    name: str
    key: Key | None = None


@lru_cache(maxsize=65536)
def steps(address: str) -> tuple[Step, ...]:
    """The names and keys of an address or reference; what cannot be read ends it."""
    found: list[Step] = []
    position = 0
    while position < len(address) and (match := _STEP.match(address, position)):
        found.append(Step(match[1], _key(match[2])))
        position = match.end()
    return tuple(found)


def _key(brackets: str) -> Key | None:
    match = _KEY.match(brackets)
    if match is None:
        return None
    quoted, plain = match.groups()
    if quoted is not None:
        return _ESCAPED.sub(r"\1", quoted)
    return int(plain) if re.fullmatch("[0-9]{1,9}", plain) else None


def with_key(name: str, key: Key | None) -> str:
    """The name with its instance key, as Terraform writes it."""
    if key is None:
        return name
    return f"{name}[{key}]" if isinstance(key, int) else '{}["{}"]'.format(name, key.replace("\\", "\\\\").replace('"', '\\"'))


def longest(references: Iterable[str]) -> list[str]:
    """References without those that are the beginning of the one before: Terraform lists `a.b.arn`, then `a.b`.

    One that stands by itself stays, as in `a.b[each.key].arn`, of which Terraform says `a.b` and `each.key`.
    """
    kept: dict[str, None] = {}
    before = ""
    for reference in references:
        if not before.startswith((f"{reference}.", f"{reference}[")):
            kept[reference] = None
        before = reference
    return list(kept)

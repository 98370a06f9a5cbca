"""Reads suppressions in comments: `# queuesmith:ignore QL007 the reason`, on a block, in it or above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from queuesmith.readers.terraform.document import Document
from queuesmith.readers.terraform.hcl.configuration import Configuration
from queuesmith.readers.terraform.hcl.syntax import Block, Source
from queuesmith.readers.terraform.modules import names_of
from queuesmith.rules import Suppression

_COMMENT = re.compile(
    r"(?:#|//|/\*)\s*queuesmith:[ \t]*ignore\b[ \t]*(?P<rules>[^\s,]*(?:[ \t]*,[ \t]*[^\s,]+)*)(?P<reason>[^\n]*)"
)
_NOWHERE = "a comment without a block"
"""An address that no resource has."""


def suppressions_in_comments(configuration: Configuration, document: Document) -> list[Suppression]:
    """Return the suppressions in the files of all modules, for every instance of their resources.

    Those on other blocks, such as `module` and `locals`, suppress nothing, so that they are reported as unused.
    """
    addresses: dict[int, list[str]] = {}
    for resource in document.resources.values():
        key = (names_of(resource.module), f"{resource.type}.{resource.name}")
        if block := configuration.blocks.get(key):
            addresses.setdefault(id(block), []).append(resource.address)
    by_lines: dict[tuple[str, int], list[str]] = {}
    for block in configuration.blocks.values():
        by_lines.setdefault((block.file, block.lines.first), []).extend(addresses.get(id(block), []))
    sources = {source.file: source for module in configuration.modules.values() for source in module.sources}
    return [each for source in sources.values() for each in _in_source(source, by_lines)]


def _in_source(source: Source, addresses: dict[tuple[str, int], list[str]]) -> Iterator[Suppression]:
    written = source.text.splitlines()
    alone = {line for line, _ in source.comments if written[line - 1].lstrip().startswith(("#", "//", "/*"))}
    for line, text in source.comments:
        found = _COMMENT.match(text)
        if found is None:
            continue
        block = _block_at(source.blocks, line, alone)
        those = addresses.get((source.file, block.lines.first)) if block else None
        if block is not None and block.type in ("resource", "data") and not those:
            continue  # the resource has no instances, or it is not a resource of this document
        reason = found["reason"].removesuffix("*/").strip()
        for rule in found["rules"].split(","):
            where = f"queuesmith:ignore {rule.strip()} in {source.file}:{line}"
            yield Suppression(rule.strip(), reason, tuple(those or [_NOWHERE]), where, source.file, line)


def _block_at(blocks: Iterable[Block], line: int, comments: set[int]) -> Block | None:
    """Return the block that contains a line, or that begins below it with only comments between them."""
    below = line + 1
    while below in comments:
        below += 1
    return next(
        (block for block in blocks if block.lines.first <= line <= block.lines.last or block.lines.first == below), None
    )

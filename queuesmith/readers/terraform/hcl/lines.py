"""Finds the lines of resources and attributes in the files of a root module and its modules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from queuesmith.readers.terraform.addresses import steps
from queuesmith.readers.terraform.hcl.configuration import Configuration
from queuesmith.readers.terraform.hcl.syntax import Attribute, Block, Lines
from queuesmith.readers.terraform.modules import Names
from queuesmith.rules import Finding, Place

_AROUND = 1
"""How many lines an excerpt has before and after the first line."""
_HIDDEN_RULE = "QL203"
"""The rule about secrets. The lines of its findings are never shown."""


class SourceLines:
    """The place of each resource and attribute."""

    def __init__(self, configuration: Configuration) -> None:
        self._blocks = configuration.blocks
        self._texts = {
            source.file: source.text.splitlines() for module in configuration.modules.values() for source in module.sources
        }
        self._hidden: dict[str, set[int]] = {}
        for block in self._blocks.values():
            for nested in block.nested("environment"):
                self._hide(nested.file, nested.lines)

    def locate(self, findings: Iterable[Finding], pipeline: str) -> list[Finding]:
        """Return findings with their places. One about a part outside the files has the place of the pipeline's mapping."""
        found = [(finding, self.place_of(finding) or self._place(pipeline, "")) for finding in findings]
        for finding, place in found:
            if finding.rule == _HIDDEN_RULE and place is not None:
                self._hide(place.file, Lines(place.line, place.end_line))
        return [replace(finding, place=place and self._with_excerpt(place, finding)) for finding, place in found]

    def place_of(self, finding: Finding) -> Place | None:
        """Return the place of a finding without an excerpt, or None if its resource is not in the files."""
        return self._place(finding.address, finding.attribute.removeprefix(finding.address).removeprefix("."))

    def block_of(self, address: str) -> Block | None:
        """Return the block of a resource, or None if it is not in the files."""
        return self._blocks.get(_key(address))

    def _place(self, address: str, attribute: str) -> Place | None:
        block = self.block_of(address)
        if block is None:
            return None
        found = _part(block, attribute.split(".") if attribute else [])
        return Place(found.file, found.lines.first, found.lines.last)

    def _hide(self, file: str, lines: Lines) -> None:
        self._hidden.setdefault(file, set()).update(range(lines.first, lines.last + 1))

    def _with_excerpt(self, place: Place, finding: Finding) -> Place:
        lines, hidden = self._texts.get(place.file, []), self._hidden.get(place.file, set())
        if finding.rule == _HIDDEN_RULE:
            return place
        numbers = range(max(1, place.line - _AROUND), min(len(lines), place.line + _AROUND) + 1)
        shown = ((number, lines[number - 1]) for number in numbers)
        return replace(place, excerpt=tuple((at, _without_strings(text) if at in hidden else text) for at, text in shown))


def _part(block: Block, path: list[str]) -> Block | Attribute:
    """Return the innermost block or attribute at a path."""
    if not path:
        return block
    if attribute := block.attributes.get(path[0]):
        return attribute.element(path[1:]) or attribute
    nested = block.nested(path[0]) or block.dynamic(path[0])
    return _part(nested[0], path[1:]) if nested else block


def _without_strings(text: str) -> str:
    """Return a line that could contain a secret without its texts: only the part before `=` is certain to be a name."""
    name, equals, _ = text.partition("=")
    if equals:
        return f"{name}= …"
    return text if set(text) <= set(" {}()[],") or text.strip() == "environment {" else "…"


def _key(address: str) -> tuple[Names, str]:
    parts = steps(address)
    names: list[str] = []
    while len(parts) > 2 and parts[0].name == "module":
        names.append(parts[1].name)
        parts = parts[2:]
    return tuple(names), ".".join(step.name for step in parts)

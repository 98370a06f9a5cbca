"""The pages of the site in their order.

A section with an index page has the pages of the same folder that the index page links, in its order. So a new page of the
guide and a new decision need only their line there.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from queuesmith.rules import rules
from queuesmith.rules.markdown import GROUPS
from tools.site.links import linked_files


@dataclass(frozen=True)
class Section:
    """A heading of the navigation."""

    title: str
    content: tuple[str | Section, ...]
    """Paths of Markdown files in this repository, and sections. If the first one is a path, it is the section's own page."""


def navigation() -> tuple[str | Section, ...]:
    """The site's first page, and its sections."""
    return (
        "README.md",
        Section(
            "Guide",
            (
                *_folder("docs/guide/index.md"),
                "examples/README.md",
                *_pages("new-project", "existing-terraform", "local", "eject", "upgrading"),
            ),
        ),
        Section("Operations", _pages("runbook", "commands")),
        Section(
            "Reference", (*_pages("settings"), _rules(), *_pages("constructs", "worker", "toolkit", "operations", "glossary"))
        ),
        Section("Proof", _pages("reliability", "compatibility", "capacity", "benchmarks", "corpus", "footprint", "comparison")),
        Section(
            "Project",
            (
                *_pages("architecture"),
                "CONTRIBUTING.md",
                "CHANGELOG.md",
                Section("Decisions", _folder("docs/decisions/README.md")),
            ),
        ),
    )


def files(content: tuple[str | Section, ...]) -> Iterator[str]:
    """The files in the content of sections, in the order of the navigation."""
    for each in content:
        yield from [each] if isinstance(each, str) else files(each.content)


def _pages(*names: str) -> tuple[str, ...]:
    return tuple(f"docs/{name}.md" for name in names)


def _folder(index: str) -> tuple[str, ...]:
    """An index page, and the pages of its folder that it links, in its order."""
    folder = posixpath.dirname(index)
    pages = (path for path in linked_files(index) if posixpath.dirname(path) == folder and path.endswith(".md"))
    return (index, *(path for path in pages if path != index))


def _rules() -> Section:
    groups = dict.fromkeys(GROUPS.values())
    by_group = (tuple(f"docs/rules/{rule.id}.md" for rule in rules() if GROUPS[rule.id[:3]] == group) for group in groups)
    return Section("Rules", ("docs/rules.md", *map(Section, groups, by_group)))
